"""Partner search for a topic of a call: boards on which consortia form, and from which group meetings are asked."""
