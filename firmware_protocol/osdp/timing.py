"""Times of the line, computed from the baud rate (clauses 5.6 and 5.7), in seconds."""

_BITS_PER_CHARACTER = 10
REPLY_DELAY_MAX = 0.200
"""A peripheral device must begin its reply within this time."""
PROBE_DELAY_MAX = 0.006
"""What a silent reader gets while others on the bus are alive; real readers answer within 3 ms."""
ONLINE_TIMEOUT = 8.0
"""A peripheral device that hears nothing for this long regards the access control unit as gone."""
BAUD_RATES = (9600, 19200, 38400, 57600, 115200, 230400)


def transmission_time(byte_count: int, baud: int) -> float:
    """How long ``byte_count`` bytes take on the wire (8N1)."""
    return byte_count * _BITS_PER_CHARACTER / baud


def idle_gap(baud: int) -> float:
    """Silence before transmitting: two character times."""
    return transmission_time(2, baud)


def inter_character_timeout(baud: int) -> float:
    """Nominally 20 ms, and twenty characters more for adapters that deliver in lumps."""
    return 0.020 + transmission_time(20, baud)
