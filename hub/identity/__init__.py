"""The identity vault and what is decided inside it."""
