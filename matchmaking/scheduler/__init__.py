"""The pure scheduler: frozen dataclasses in, a Plan out; no ORM, no clock, no I/O."""
