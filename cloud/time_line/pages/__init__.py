"""The time line as staff read it."""
