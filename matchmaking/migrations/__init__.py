"""Numbered SQL of the brokerage event's tables."""
