"""What it adds up to: one file a view, with its table, its rule and its query."""
