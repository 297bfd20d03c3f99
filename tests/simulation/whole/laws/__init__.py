"""What must hold whatever happens: a file a law, each a sentence."""
