"""What the club sells: plans with their price, length, and what they let in to."""
