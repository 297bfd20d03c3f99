"""What staff still have to do about a person, what was done, and what an open task does at the gate."""
