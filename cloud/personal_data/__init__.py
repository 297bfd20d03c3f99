"""What is kept about a person: to be seen, exported, and erased."""
