"""What the gateways of a site shall know: rows with a gap-free revision, made from the nouns below."""
