"""`make deb-test`: the Debian package in a fresh Debian, from its installation to its purge, under a real systemd."""
