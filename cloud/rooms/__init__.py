"""Where sessions are held."""
