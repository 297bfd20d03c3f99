"""What people agree to, refuse and withdraw, with the text they read and the proof; nothing is ever overwritten."""
