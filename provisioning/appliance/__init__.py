"""The gateway as an appliance: the Debian package, and on the device what switches between its releases."""
