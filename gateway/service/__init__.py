"""What happens on a tap, on a passage, on a message of the cloud: the domain joined to the ports."""
