"""Waiting lists: a seat that was given back is offered to one person at a time, until a deadline they see."""
