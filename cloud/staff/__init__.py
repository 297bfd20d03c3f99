"""The people who work at the club: who they are, how they sign in, what they may do."""
