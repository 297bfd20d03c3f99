"""May this credential pass? Pure: the state in force and the facts of a tap in, a decision that explains itself out."""
