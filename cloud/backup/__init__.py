"""Copies of the whole database: made while the service runs, restored while it does not."""
