"""The brokerage event on top of a conference: profiles, meetings, rounds and their schedule."""
