"""A gym's day at one gateway with three lanes, from midnight to closing, in time that only jumps."""
