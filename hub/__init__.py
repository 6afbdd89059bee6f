"""What runs: the command line, the roles, the ledger, the doors."""
