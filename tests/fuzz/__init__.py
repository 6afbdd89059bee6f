"""Bad input by the million: every message and every row has one end, and nothing breaks."""
