"""The command `tornello-provision virtual-reader`: a reader on a serial port, and orders for it on standard input."""

import argparse
import asyncio
import contextlib
import functools
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from firmware_protocol.osdp.replies import Identification
from firmware_protocol.osdp.secure_channel import KEY_SIZE
from firmware_protocol.osdp.timing import BAUD_RATES
from provisioning.authority import ProvisioningRefusedError
from provisioning.virtual_reader.happenings import Record, describe
from provisioning.virtual_reader.orders import HELP, Help, OrderError, Quit, parse_order
from provisioning.virtual_reader.ports import PortLostError, open_pty, open_serial
from provisioning.virtual_reader.reader import VirtualReader
from provisioning.virtual_turnstile.errors import PathTakenError

LINE_SIZE_MAX: Final = 4096
WAITING_ORDERS_MAX: Final = 32
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


def run_virtual_reader(options: argparse.Namespace) -> int:
    """Be the reader until `quit` or a signal.

    Raises:
        ProvisioningRefusedError: the options contradict each other, or the port or the key cannot be used.
    """
    try:
        asyncio.run(_serve(_settings(options), options))
    except (PortLostError, PathTakenError) as error:
        raise ProvisioningRefusedError(str(error)) from error
    return 0


def _settings(options: argparse.Namespace) -> PeripheralSettings:
    if options.plain_text == bool(options.scbk_file or options.install_mode):
        raise ProvisioningRefusedError("say either --plain-text, or --scbk-file or --install-mode or both")
    return PeripheralSettings(
        address=options.address,
        scbk=_read_key(options),
        identification=Identification(serial_number=options.serial_number, firmware=(1, 0, 0)),
        input_count=options.inputs,
        output_count=options.outputs,
        led_count=options.leds,
        text_lines=options.text_lines,
        text_columns=options.text_columns,
        is_install_mode=options.install_mode,
    )


def _read_key(options: argparse.Namespace) -> bytes | None:
    path: Path | None = options.scbk_file
    if path is None or (options.install_mode and not path.exists()):
        return None
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_SIZE:
        raise ProvisioningRefusedError(f"{path} must hold {KEY_SIZE * 2} hexadecimal digits")
    return key


async def _serve(settings: PeripheralSettings, options: argparse.Namespace) -> None:
    tell = functools.partial(_print_record, is_json=options.json)
    reader = VirtualReader(
        settings,
        baud=options.baud,
        encoding=options.text_encoding,
        tell=tell,
        keep_key=functools.partial(_keep_key, options.scbk_file, tell),
    )
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)
    opening = (
        open_pty(options.port, reader.receive)
        if options.pty
        else open_serial(options.port, options.baud, reader.receive)
    )
    async with opening as port:
        reader.plug_in(port)
        tell({"event": "ready", "port": str(options.port), "address": options.address, "baud": options.baud})
        _listen_to_person(lambda line: _obey(reader, line, tell, stop))
        try:
            lost = asyncio.ensure_future(port.wait_lost())
            stopped = asyncio.ensure_future(stop.wait())
            done, waiting = await asyncio.wait({lost, stopped}, return_when=asyncio.FIRST_COMPLETED)
            for each in waiting:
                each.cancel()
        finally:
            reader.unplug()
        if lost in done:
            raise PortLostError(f"serial port {options.port} is lost")


def _obey(reader: VirtualReader, line: str, tell: Callable[[Record], None], stop: asyncio.Event) -> None:
    try:
        match parse_order(line):
            case None:
                pass
            case Help():
                tell({"event": "help", "orders": HELP})
            case Quit():
                stop.set()
            case order:
                reader.obey(order)
    except OrderError as error:
        tell({"event": "mistake", "words": str(error)})


def _keep_key(path: Path | None, tell: Callable[[Record], None], key: bytes) -> None:
    if path is None:
        tell({"event": "key_not_kept", "words": "without --scbk-file the new key is forgotten at the end"})
    else:
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{key.hex()}\n")
        new.replace(path)


def _listen_to_person(obey: Callable[[str], None]) -> None:
    """Give each line of the standard input to `obey`, in the loop; its end is no end of the reader.

    A thread, because a terminal, a pipe, a file and /dev/null can be read by it alike; it never touches the terminal's
    settings, and dies with the process.
    """
    loop, room = asyncio.get_running_loop(), threading.Semaphore(WAITING_ORDERS_MAX)

    def take(line: bytes) -> None:
        room.release()
        obey(line.decode(errors="replace"))

    def read() -> None:
        held = b""
        while data := os.read(0, LINE_SIZE_MAX):
            *lines, held = (held + data).split(b"\n")
            for line in lines:
                room.acquire()
                # The loop may have ended meanwhile, and the process is about to.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(take, line)
            held = held[-LINE_SIZE_MAX:]

    threading.Thread(target=read, name="standard input", daemon=True).start()


def _print_record(record: Record, *, is_json: bool) -> None:
    words = record["orders"] if record["event"] == "help" else describe(record)
    print(json.dumps(record, ensure_ascii=False) if is_json else words, flush=True)
