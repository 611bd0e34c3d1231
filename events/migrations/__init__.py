"""Numbered SQL of the conference's tables."""
