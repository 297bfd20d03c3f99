"""A plausible club of any size, written into an empty database."""
