"""Whom somebody must meet, would like to meet, and does not want to meet; their own business alone."""
