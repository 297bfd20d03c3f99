"""Kills: broker, cloud and gateways of a whole site die at random moments under load."""
