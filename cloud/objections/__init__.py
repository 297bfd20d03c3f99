"""What stands in the way of people: objections to choose from, with what to answer, noted in a task and passed on."""
