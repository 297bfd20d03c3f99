"""Turnstiles without metal: a reader on a pty, relays and inputs on a socket, and a web page to stand in front of."""
