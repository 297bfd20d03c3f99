"""Tasks begun on days of the calendar, for whoever a saved search finds then."""
