"""The board of open tasks by the time of their next step, and the agenda of one operator."""
