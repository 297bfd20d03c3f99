"""The options of `tornello-provision virtual-reader`, apart from what it does: that needs the gateway's packages."""

import argparse
from pathlib import Path
from typing import Any, Final

from firmware_protocol.osdp.timing import BAUD_RATES
from provisioning.virtual_reader.orders import HELP

_EPILOGUE: Final = f"""\
examples:
  tornello-provision virtual-reader --port /dev/ttyUSB0 --install-mode --scbk-file reader.key
  tornello-provision virtual-reader --port reader.port --pty --baud 115200 --scbk-file reader.key --inputs 2

orders on the standard input, one a line:
{HELP}
"""


def add_virtual_reader(words: Any) -> argparse.ArgumentParser:
    """Add the command and its options; the parser is given back to be finished."""
    parser: argparse.ArgumentParser = words.add_parser(
        "virtual-reader",
        help="be an OSDP reader on a serial port, for trying out a controller or a line",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=Path, required=True, metavar="PATH", help="the serial port")
    parser.add_argument("--pty", action="store_true", help="make a pty that others open at PATH")
    parser.add_argument("--baud", type=int, choices=BAUD_RATES, default=BAUD_RATES[0], help="(9600)")
    parser.add_argument("--address", type=int, choices=range(127), default=0, metavar="0..126", help="(0)")
    parser.add_argument(
        "--scbk-file", type=Path, metavar="FILE", help="its key, 32 hexadecimal digits; a new one goes there"
    )
    parser.add_argument("--install-mode", action="store_true", help="take the public default key until a key is set")
    parser.add_argument("--plain-text", action="store_true", help="without any secure channel")
    for name, usual in (("inputs", 2), ("outputs", 1), ("leds", 1), ("text-lines", 2), ("text-columns", 16)):
        parser.add_argument(f"--{name}", type=int, choices=range(256), default=usual, metavar="N", help=f"({usual})")
    parser.add_argument("--text-encoding", choices=("ascii", "utf-8"), default="utf-8", help="of its display (utf-8)")
    parser.add_argument("--serial-number", type=int, default=1, metavar="N", help="(1)")
    return parser
