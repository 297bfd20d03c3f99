"""A reader without metal on any serial port: an installer's bench tool, and a partner for any controller."""
