"""Backups of the database, restores, and what keeps a restored ledger from contradicting itself."""
