"""Why a tap was decided as it was: made again from what was in force then, in words."""
