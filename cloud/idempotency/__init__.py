"""A POST that is said twice is carried out once: the key of a client, and the answer that it got."""
