"""What the ledger adds up to: one definition a view, run on columns."""
