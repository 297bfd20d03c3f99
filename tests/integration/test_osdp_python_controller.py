"""Our peripheral device with a controller of PyPI's `osdp` 1.6, over a pair of sockets.

That package and libosdp both install the import name `osdp`, so it lives in a virtual environment of its
own, which `scripts/setup test` makes from requirements/osdp_peer.txt.
"""

import json
import secrets
import select
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol.osdp import events
from firmware_protocol.osdp.commands import LedColor, LedPattern
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.osdp.replies import Identification
from firmware_protocol.osdp.secure_channel import derive_scbk

ROOT = Path(__file__).parents[2]
PEER = Path(__file__).with_name("osdp_python_peer.py")
ADDRESS, BAUD = 101, 115200
MASTER_KEY = secrets.token_bytes(16)
IDENTIFICATION = Identification(0xABCDEF, 4, 5, 0x01020304, (6, 7, 8))
SCBK = derive_scbk(MASTER_KEY, IDENTIFICATION.client_id)


@pytest.fixture(scope="module")
def interpreter() -> Path:
    """An interpreter that has the package."""
    python = ROOT / ".venv" / "osdp_peer" / "bin" / "python"
    assert python.exists(), "run scripts/setup test"
    return python


class Pair:
    """Our device on one end of a pair of sockets, the foreign controller on the other."""

    def __init__(self, interpreter: Path, device: PeripheralDevice) -> None:
        self.device = device
        self.events: list[events.Event] = []
        self.told: list[dict[str, Any]] = []
        self._line, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [str(interpreter), str(PEER), str(theirs.fileno()), MASTER_KEY.hex()],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        theirs.close()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._line.close()

    def wait_for(self, name: str, limit: float = 30.0) -> Any:
        """Run our device until the controller tells ``name``; gives what it tells."""
        end = time.monotonic() + limit
        while not any(name in line for line in self.told):
            assert time.monotonic() < end, f"not told {name}; told {self.told}, events {self.events}"
            self._step()
        return next(line[name] for line in self.told if name in line)

    def _step(self) -> None:
        output = self._process.stdout
        assert output is not None
        deadline = self.device.next_deadline()
        wait = 0.1 if deadline is None else min(max(deadline - time.monotonic(), 0.0), 0.1)
        ready, _, _ = select.select([self._line.fileno(), output.fileno()], [], [], wait)
        if self._line.fileno() in ready:
            self.device.receive_bytes(self._line.recv(4096), time.monotonic())
        if output.fileno() in ready:
            line = output.readline()
            assert line, f"the controller ended; told {self.told}, events {self.events}"
            self.told.append(json.loads(line))
        self.device.handle_timer(time.monotonic())
        sent = self.device.bytes_to_send()
        if sent:
            self._line.sendall(sent)
        while (event := self.device.next_event()) is not None:
            self.events.append(event)


def make_device(scbk: bytes | None, *, is_install_mode: bool = False) -> PeripheralDevice:
    settings = PeripheralSettings(
        address=ADDRESS,
        scbk=scbk,
        is_install_mode=is_install_mode,
        identification=IDENTIFICATION,
        output_count=2,
    )
    return PeripheralDevice(settings, baud=BAUD, random_bytes=secrets.token_bytes)


@pytest.fixture
def pair(interpreter: Path) -> Iterator[Pair]:
    pair = Pair(interpreter, make_device(None, is_install_mode=True))
    yield pair
    pair.close()


def test_it_pairs_us_asks_us_shows_us_things_and_reads_our_cards_and_keys(pair: Pair) -> None:
    assert pair.wait_for("secure")
    keys = [event.key for event in pair.events if isinstance(event, events.KeyChanged)]
    assert keys == [SCBK], "the key that it derives from its master key is the one that we derive"
    assert events.SecureChannelEstablished(ADDRESS, is_default_key=False) in pair.events
    assert pair.wait_for("identity")[:2] == [4, 5]
    assert pair.wait_for("capabilities") > 5
    assert pair.wait_for("output")
    assert pair.wait_for("outputs") == [False, True]
    assert pair.wait_for("led")
    pair.wait_for("indicated")
    (led,) = [event.led for event in pair.events if isinstance(event, events.LedSet)]
    assert led.temporary == LedPattern(LedColor.GREEN, on_ms=200, off_ms=100)
    assert (led.timer_ms, led.permanent) == (3000, None)
    (buzzer,) = [event.buzzer for event in pair.events if isinstance(event, events.BuzzerSet)]
    assert (buzzer.on_ms, buzzer.off_ms, buzzer.repeat_count) == (100, 200, 3)
    (text,) = [event.text for event in pair.events if isinstance(event, events.TextShown)]
    assert (text.text, text.row, text.column, text.is_temporary) == (b"CIAO", 1, 2, False)
    pair.wait_for("listening")
    pair.device.present_card(b"\x12\x34\x56\x80", 26, now=time.monotonic())
    assert pair.wait_for("card") == [ADDRESS, 26, "12345680"]
    pair.device.press_keys("42#", now=time.monotonic())
    assert pair.wait_for("keys") == [ADDRESS, 3, "34320d"]
