"""A controller of PyPI's `osdp` 1.6, run by its own interpreter: `osdp_python_peer.py SOCKET KEY`.

SOCKET is the number of an open socket, KEY the site's master key in hexadecimal. It prints one JSON object
a line: what it asked and what it was told, then every card and key, until its standard input ends.
"""

import json
import logging
import socket
import sys
import threading
import time
from typing import Any

import osdp  # type: ignore[import-untyped]

ADDRESS = 101
_ONLINE_SECONDS = 20.0


def tell(name: str, value: object) -> None:
    """One line for the test."""
    print(json.dumps({name: value}), flush=True)


class SocketConnection(osdp.OsdpConnection):  # type: ignore[misc]
    """A line that nobody else on the machine can open, unlike a pseudo-terminal."""

    baud_rate = 115200
    is_open = False

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._line.settimeout(2.0)

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def write(self, buf: bytes) -> None:
        self._line.sendall(buf)

    def read(self, size: int = 1) -> bytes:
        try:
            return self._line.recv(size)
        except TimeoutError:
            return b""


class Panel(osdp.ControlPanel):  # type: ignore[misc]
    """Tells the cards and keys that it reads."""

    def on_raw_card_data_reply_received(self, address: int, raw_card_data: Any) -> None:
        tell("card", [address, raw_card_data.bit_count, bytes(raw_card_data.data).hex()])

    def on_keypad_data_reply_received(self, address: int, keypad_data: Any) -> None:
        tell("keys", [address, keypad_data.bit_count, bytes(keypad_data.data).hex()])


def light() -> Any:
    """Green for three seconds, on 200 ms, off 100 ms; what is shown for good stays as it is."""
    temporary = (osdp.TemporaryReaderControlCode.SetTemporaryAndStartTimer, 2, 1)
    colours = (osdp.LedColor.Green, osdp.LedColor.Black)
    permanent = (osdp.PermanentReaderControlCode.Nop, 0, 0)
    return osdp.ReaderLedControl(0, 0, *temporary, *colours, 30, *permanent, *colours)


def indicate(panel: Panel, bus: Any) -> None:
    """Light, sound and text; it has methods of its own for the light alone."""
    tell("led", panel.reader_led_control(bus, ADDRESS, osdp.ReaderLedControls([light()])))
    buzzer = osdp.ReaderBuzzerControl(0, osdp.ToneCode.DefaultTone, 1, 2, 3)
    panel.send_custom_command(bus, osdp.ReaderBuzzerControlCommand(ADDRESS, buzzer))
    text = osdp.ReaderTextOutput(0, osdp.TextCommand.PermanentTextNoWrap, 0, 1, 2, "CIAO")
    panel.send_custom_command(bus, osdp.ReaderTextOutputCommand(ADDRESS, text))
    tell("indicated", True)


def main(line: str, key: str) -> None:
    """Bring the reader online in the secure channel, ask it everything, then listen."""
    logging.getLogger("osdp").setLevel(logging.CRITICAL)
    panel = Panel(bytes.fromhex(key))
    bus = panel.start_connection(SocketConnection(socket.socket(fileno=int(line))))
    panel.add_device(bus, ADDRESS, use_crc=True, use_secure_channel=True)
    end = time.monotonic() + _ONLINE_SECONDS
    device = panel._buses[bus]._configured_devices[ADDRESS]
    while time.monotonic() < end and not (device.is_security_established and not device.is_scbkd):
        time.sleep(0.05)
    tell("secure", device.is_security_established)
    identity = panel.id_report(bus, ADDRESS)
    tell("identity", [identity.model_number, identity.version, identity.serial_number])
    tell("capabilities", len(panel.device_capabilities(bus, ADDRESS).capabilities))
    tell("tamper", panel.local_status(bus, ADDRESS).tamper)
    control = osdp.OutputControl(1, osdp.OutputControlCode.PermanentStateOnAbortTimedOperation, 0)
    tell("output", panel.output_control(bus, ADDRESS, osdp.OutputControls([control])))
    tell("outputs", list(panel.output_status(bus, ADDRESS).statuses))
    indicate(panel, bus)
    tell("listening", True)
    sys.stdin.read()
    panel.shutdown()


if __name__ == "__main__":
    threading.excepthook = lambda _arguments: None
    main(*sys.argv[1:])
