"""For what people are approached, on which legal basis, with the texts that they agree to, and what they decided."""
