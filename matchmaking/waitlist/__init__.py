"""Waiting lists for people without time: the next time they have is offered to one at a time, best first."""
