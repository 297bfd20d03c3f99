"""Who is inside, as far as the passages at all lanes of a site tell."""
