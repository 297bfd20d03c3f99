"""SIA OSDP 2.2 (IEC 60839-11-5), both ends, without I/O.

``AccessControlUnit`` is our side of the bus, ``PeripheralDevice`` the reader's side.
"""
