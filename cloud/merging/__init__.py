"""People who are there twice: found, compared, and made one with both histories."""
