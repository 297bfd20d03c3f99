"""One adapter for each thing outside; none imports another, and only `gateway.bootstrap` imports them."""
