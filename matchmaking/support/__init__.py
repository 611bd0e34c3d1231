"""What a support office does with its clients' meetings: sees them, acts when allowed, reminds, reports, asks later."""
