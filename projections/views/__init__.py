"""One module a view, or a family of views: what it stores, and what it answers."""
