"""A synthetic nation."""
