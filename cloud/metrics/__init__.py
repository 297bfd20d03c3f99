"""What monitoring asks for: is it alive, is it ready, and how much of what has happened."""
