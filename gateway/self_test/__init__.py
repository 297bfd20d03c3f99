"""What the gateway finds when it tests itself: for the installer, for staff, and for the package that upgrades it."""
