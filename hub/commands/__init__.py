"""The commands of the `hub` program, by who uses them."""
