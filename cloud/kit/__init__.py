"""Tools of the service with no gym in them."""
