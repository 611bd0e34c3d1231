"""The whole way of a schedule into and out of Pilotmatch."""
