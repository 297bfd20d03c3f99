"""Cards that the service begins by itself: one for each cause, closed again when the cause ends."""
