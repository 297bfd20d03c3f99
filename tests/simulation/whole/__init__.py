"""A whole site in one process: gateways, broker, cloud, members and staff, in time that only jumps."""
