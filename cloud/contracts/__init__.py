"""What members have bought: windows, freezes, visit credits, dues."""
