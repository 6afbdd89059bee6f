"""Each connection, against the real thing."""
