"""The marketplace: what participants offer, ask for and plan, searchable, with a meeting one click away."""
