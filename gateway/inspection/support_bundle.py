"""Everything that whoever supports a gateway needs to see, in one archive, by a list of what may leave the machine.

No name, no card, no key, no token: what is not on a list here is not in it. At most 5 MiB before compression.
"""

import importlib.metadata
import io
import json
import os
import platform
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from gateway.config import GatewayConfig
from gateway.control_client import ask_gateway
from gateway.identity import tls_files
from gateway.inspection.redaction import redact_config, redact_event, redact_log, redact_state
from gateway.inspection.stored_journal import newest_events
from gateway.inspection.stored_state import StoredState
from gateway.self_test.machine_checks import certificate_life, free_bytes
from gateway.status_client import STATUS_SOCKET, read_status

PART_BYTES_MAX: Final = 1024 * 1024
EVENTS: Final = 500
LOG_LINES: Final = 2000
COMMAND_WAIT_S: Final = 15.0
UNIT: Final = "tornello-gateway"
_DISTRIBUTIONS: Final = (
    "tornello",
    "aiomqtt",
    "paho-mqtt",
    "serialx",
    "gpiod",
    "cryptography",
    "msgspec",
    "sqlite-utils",
)

Make = Callable[[], str]


def write_bundle(output: Path, config: GatewayConfig, config_path: Path) -> Mapping[str, str]:
    """Write the archive (mode 0600); returns each part with `ok`, or why it is not in it.

    Raises:
        FileExistsError: `output` is there already.
    """
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        return fill_bundle(file, config, config_path)


def fill_bundle(file: IO[bytes], config: GatewayConfig, config_path: Path) -> Mapping[str, str]:
    """Write the archive into an open file; returns each part with `ok`, or why it is not in it.

    It asks the running gateway over its sockets: from within that gateway, call it in another thread.
    """
    told: dict[str, str] = {}
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, make in _parts(config, config_path):
            try:
                text, told[name] = make(), "ok"
            except Exception as error:  # noqa: BLE001 - a bundle of a sick gateway holds what can be had
                text, told[name] = "", f"{type(error).__name__}: {error}"
            if text:
                _add(archive, name, text.encode()[:PART_BYTES_MAX])
        _add(archive, "contents.json", _json(told).encode())
    return told


def _parts(config: GatewayConfig, config_path: Path) -> Iterator[tuple[str, Make]]:
    state_dir = config.state_dir
    yield "versions.json", lambda: _json(_versions())
    yield "machine.json", lambda: _json(_machine(state_dir))
    yield "config.toml", lambda: redact_config(config_path.read_text("utf-8"))
    yield "status.json", lambda: _json(redact_state(_first_state(state_dir)))
    yield "self-test.json", lambda: _json(ask_gateway(state_dir, "self_test", relay=False))
    yield "certificate.json", lambda: _json(_certificate(state_dir))
    yield "counts.json", lambda: _json(_counts(state_dir))
    yield "journal.jsonl", lambda: "\n".join(_line(redact_event(event)) for event in newest_events(state_dir, EVENTS))
    yield "log.txt", lambda: redact_log(_log())


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(f"tornello-support/{name}")
    entry.size, entry.mtime, entry.mode = len(content), int(time.time()), 0o600
    archive.addfile(entry, io.BytesIO(content))


def _versions() -> Mapping[str, str | None]:
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    return found


def _machine(state_dir: Path) -> Mapping[str, object]:
    load = os.getloadavg()
    return {
        "system": platform.platform(),
        "machine": platform.machine(),
        "now": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "up_s": round(time.clock_gettime(time.CLOCK_BOOTTIME)),
        "load": [round(each, 2) for each in load],
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "disk_free_bytes": free_bytes(state_dir),
        "files": {path.name: path.stat().st_size for path in sorted(state_dir.iterdir()) if path.is_file()},
    }


def _first_state(state_dir: Path) -> Mapping[str, Any]:
    import asyncio

    async def first() -> Mapping[str, Any]:
        async with asyncio.timeout(COMMAND_WAIT_S):
            async for record in read_status(state_dir / STATUS_SOCKET):
                return record
        raise ConnectionError("the gateway ended before it answered")

    return asyncio.run(first())


def _certificate(state_dir: Path) -> Mapping[str, str]:
    begin, end = certificate_life(tls_files(state_dir).certificate)
    return {"not_before": begin.isoformat(), "not_after": end.isoformat()}


def _counts(state_dir: Path) -> Mapping[str, int]:
    with StoredState.open(state_dir) as state:
        return {"revision": state.revision, **state.counts()}


def _log() -> str:
    program = shutil.which("journalctl")
    if program is None:
        raise FileNotFoundError("there is no journalctl here")
    command = [program, "--unit", UNIT, "--lines", str(LOG_LINES), "--no-pager", "--output", "short-iso-precise"]
    done = subprocess.run(  # noqa: S603 - the arguments are constants
        command, check=True, capture_output=True, timeout=COMMAND_WAIT_S
    )
    return done.stdout.decode(errors="replace")


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
