"""Plumbing that knows no session and no meeting; `app.slices` puts the slices together."""
