"""The funnels Attraction and Return: people by stage, computed anew each time."""
