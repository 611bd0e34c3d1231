"""A believable event to try everything on."""
