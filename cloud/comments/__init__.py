"""What staff have to say about a person, outside any task."""
