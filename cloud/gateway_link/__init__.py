"""The conversation with the gateways: messages in, answers and new revisions out."""
