"""Who comes today, and what to tell them."""
