"""What kinds of action staff take towards a person, what each does at the gate, and how it may end."""
