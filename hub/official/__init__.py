"""The official table: worlds behind published figures, their events, and the comparison."""
