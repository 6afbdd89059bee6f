"""The ledger: append, read, verify."""
