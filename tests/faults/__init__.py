"""Breaks the hub on purpose, as often as asked, and judges what it then holds by an oracle."""
