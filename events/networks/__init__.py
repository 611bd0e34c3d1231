"""Networks of regions, their pilots and demo cases."""
