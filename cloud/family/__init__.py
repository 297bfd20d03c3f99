"""Who belongs together: parents and children, partners, guardians, and who pays for whom."""
