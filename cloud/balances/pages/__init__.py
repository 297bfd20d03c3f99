"""The balances in the console: the list, and the list as a file."""
