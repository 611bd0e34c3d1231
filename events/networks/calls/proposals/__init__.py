"""What organisations propose to a call: written together, sealed until the deadline, reviewed, decided."""
