"""What staff have to hear of: signals of taps, kept until somebody has acknowledged them."""
