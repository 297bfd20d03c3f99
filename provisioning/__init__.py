"""What surrounds the product: the site's authority, broker configuration, the demo and its virtual turnstile."""
