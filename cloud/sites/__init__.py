"""The places: sites, their lanes, and the gateways that work there."""
