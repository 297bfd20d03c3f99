"""Calendars to which trainers subscribe."""
