"""What became of meetings: outcomes in one tap, notes of one's own, the desk's report, and everybody's data to keep."""
