"""What a gateway knows and decides, without any I/O. Read `access_policy.py` first."""
