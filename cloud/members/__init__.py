"""The people who train at the club."""
