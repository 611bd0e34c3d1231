"""The conference: events, programme, participants, networks and pilots."""
