"""Computing every view from the whole ledger at once, on columns."""
