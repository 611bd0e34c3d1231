"""Companies and clusters propose demo cases and pilots; a coordinator answers, and partners join what is listed."""
