"""The fold of the whole ledger on Spark, from the archive; nothing else in the hub needs it."""
