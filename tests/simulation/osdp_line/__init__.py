"""Minutes of an OSDP line in virtual time: readers that babble, drip and are unplugged, wires that garble and drop."""
