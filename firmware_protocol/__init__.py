"""The turnstile's wires: what readers and scanners say, as bytes in and events out.

Nothing here opens a port, reads a clock or draws a random number: all three are arguments.
"""
