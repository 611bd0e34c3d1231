"""Open calls for proposals: announced, answered, reviewed, decided, published with amounts."""
