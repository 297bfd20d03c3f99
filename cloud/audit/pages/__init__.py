"""The audit log in the console: the list with its filters, and the list as a file."""
