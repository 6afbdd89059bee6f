"""Rules and forms, without a connection."""
