"""The ledger as immutable Parquet segments: written behind it, read in its stead."""
