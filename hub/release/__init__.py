"""Public releases."""
