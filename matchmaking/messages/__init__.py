"""Messages between two who have agreed to meet, and the ways out of them: silence and a report to the desk."""
