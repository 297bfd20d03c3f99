"""Where and when: zones, the lanes between them, hours with special days, access levels."""
