"""What a Raspberry Pi's card is given before its first boot, for a gateway to come up by itself: a cloud-init seed."""
