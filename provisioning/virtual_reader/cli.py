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
from typing import Final

from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from firmware_protocol.osdp.replies import Identification
from firmware_protocol.osdp.secure_channel import KEY_SIZE
from provisioning.authority import ProvisioningRefusedError
from provisioning.virtual_reader.happenings import Record, describe
from provisioning.virtual_reader.orders import HELP, Help, OrderError, Quit, parse_order
from provisioning.virtual_reader.ports import PortLostError, open_pty, open_serial
from provisioning.virtual_reader.reader import VirtualReader
from provisioning.virtual_turnstile.errors import PathTakenError

LINE_SIZE_MAX: Final = 4096
WAITING_ORDERS_MAX: Final = 32


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
