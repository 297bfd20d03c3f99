"""What an installer does with readers: pair them, look for them, change their speed, listen to the line."""
