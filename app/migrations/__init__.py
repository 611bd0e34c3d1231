"""Numbered SQL of the plumbing's tables."""
