"""Plumbing that knows no session and no meeting; `app.main` puts the slices together."""
