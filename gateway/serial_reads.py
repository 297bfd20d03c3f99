"""Makes an empty read of a serial port say "nothing yet", which serialx would otherwise take for an unplugged port.

serialx opens a port with VMIN 0. In that mode a read that finds nothing returns no bytes (termios(3), case MIN=0,
TIME=0), and the event loop does wake readers for nothing now and then; serialx closes the port then, and a card that
was on the line is lost. With VMIN 1 such a read says EAGAIN, and only a port that is really gone returns no bytes.
"""

import asyncio
import termios
from typing import Final

_CONTROL_CHARACTERS: Final = 6


def tell_empty_from_lost(transport: asyncio.BaseTransport) -> None:
    """Set VMIN to 1; to be called from `connection_made`, before the loop can read."""
    descriptor = transport.get_extra_info("serial").fileno()
    settings = termios.tcgetattr(descriptor)
    settings[_CONTROL_CHARACTERS][termios.VMIN] = 1
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)
