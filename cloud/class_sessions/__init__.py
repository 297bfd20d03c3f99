"""Sessions with seats: one, or one a week."""
