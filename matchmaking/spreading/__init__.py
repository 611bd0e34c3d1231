"""Keeps the popular from filling everybody's list."""
