"""On the day: who is here, who has not come to a table yet and who could sit down instead, and screens at the hall."""
