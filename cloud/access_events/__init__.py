"""What happened at the lanes, as the gateways' journals tell it, each event exactly once."""
