"""A whole site on one machine: authority, broker, cloud, two gateways and their virtual turnstiles."""
