"""Pure calendar text: VEVENT (RFC 5545), iTIP (RFC 5546), iMIP (RFC 6047)."""
