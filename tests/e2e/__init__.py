"""Whole paths: the hub command, and a real browser on the public page."""
