"""Finds which registrations may be of one child, and says how likely each pair is."""
