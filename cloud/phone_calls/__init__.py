"""Calls that a telephone exchange tells of; one from a number that nobody here has becomes a lead with a card."""
