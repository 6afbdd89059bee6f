"""Reviewers: what they are asked, what they are shown, and what becomes of their decisions."""
