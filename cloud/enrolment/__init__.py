"""How a gateway becomes a gateway of a site: a one-time claim token for a certificate, over HTTPS."""
