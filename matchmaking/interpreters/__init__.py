"""Interpreters: people who speak two languages, booked with the meetings of those who share none."""
