"""What is taught: pilates, swimming, yoga."""
