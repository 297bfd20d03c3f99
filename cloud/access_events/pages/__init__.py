"""The front desk and the journals in the console, and the taps as a file."""
