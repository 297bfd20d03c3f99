"""What staff want said or stopped at the turnstile."""
