"""Mail that comes back: answers of calendar programs and bounces, however they reach us."""
