"""The other end of the status socket: what `tornello-gateway status` and `watch` read and print."""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

STATUS_SOCKET: Final = "status.sock"
"""The socket's name in the state folder."""

BUS_SOCKET: Final = "bus.sock"
"""The name of the socket on which a gateway lets the bytes of its OSDP buses be listened to."""

LINE_SIZE_MAX: Final = 256 * 1024

Record = dict[str, Any]


class GatewayNotRunningError(Exception):
    """Nobody answers on the status socket."""


async def read_status(path: Path) -> AsyncGenerator[Record]:
    """The records of a running gateway, its state first, until it ends.

    Raises:
        GatewayNotRunningError: nobody listens at `path`.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LINE_SIZE_MAX)
    except OSError as error:
        raise GatewayNotRunningError(f"no gateway answers at {path}: {error.strerror}") from error
    try:
        while line := await reader.readline():
            yield json.loads(line)
    finally:
        writer.close()


def describe(record: Record) -> str:
    """A record in words, for a terminal."""
    match record["type"]:
        case "decision":
            return f"{record['reader']}: {record['explanation']}; shown: {' / '.join(record['display'])}"
        case "passage":
            return f"lane {record['lane_id']}, {record['direction']}: {record['end'].replace('_', ' ')}"
        case _:
            return _describe_state(record)


def _describe_state(state: Record) -> str:
    first, after = state["outbox"]
    lines = [
        f"{state['site_name']}: gateway {state['gateway_id']}, version {state['software_version']}",
        f"  cloud {'connected' if state['is_connected'] else 'not connected'}, revision {state['revision']} in force, "
        f"{after - first} event(s) waiting, clock {state['clock']}",
    ]
    lines += [f"  broker {state['broker']}"] if state.get("broker") else []
    lines += [f"  link: {state['link_fault']}"] if state.get("link_fault") else []
    lines += _certificate_lines(state.get("certificate"))
    lines += [f"  THE DISK TAKES NO MORE: {state['disk_fault']}"] if state["disk_fault"] else []
    lines += [f"  THE SITE'S RULES CANNOT BE READ: {state['policy_fault']}"] if state.get("policy_fault") else []
    lines += [f"  lane {lane['name']} ({lane['lane_id']}): {describe_lane(lane)}" for lane in state["lanes"]]
    counters = state.get("reader_counters", {})
    for reader in state["readers"]:
        lines.append(f"  reader {reader['reader']}: {', '.join(_reader_words(reader))}")
        counted = [
            f"{name} {'-' if value is None else value}" for name, value in counters.get(reader["reader"], {}).items()
        ]
        if counted:
            lines.append(f"    {', '.join(counted)}")
    return "\n".join(lines)


def _certificate_lines(certificate: Record | None) -> list[str]:
    if certificate is None:
        return []
    words = [f"until {certificate['valid_until'][:10]}"] if certificate["valid_until"] else []
    words += [] if certificate["state"] == "in_order" else [certificate["state"].replace("_", " ").upper()]
    words += ["RUNNING OUT"] if certificate["is_running_out"] else []
    words += [certificate["detail"]] if certificate["detail"] else []
    if certificate["state"] == "waiting_for_approval":
        words.append(f"new key {certificate['fingerprint'][:16]}")
    return [f"  certificate {', '.join(words)}"]


def describe_lane(lane: Record) -> str:
    """What a lane is doing, and its mode where that is not the normal one."""
    if lane.get("mode", "normal") == "normal":
        return str(lane["state"])
    until = lane.get("mode_until")
    end = "" if until is None else f" until {datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M} UTC"
    return f"{lane['state']}; mode {lane['mode']}{end}"


def _reader_words(reader: Record) -> list[str]:
    words = ["online" if reader["is_online"] else "offline"]
    words += ["secure channel"] if reader["is_secure"] else []
    words += ["TAMPERED"] if reader["is_tampered"] else []
    words += ["POWER FAILING"] if reader["is_power_failing"] else []
    words += [f"ALARM: {reader['alarm']}"] if reader["alarm"] else []
    for name in ("inputs", "outputs"):
        active = [str(number) for number, level in enumerate(reader[name], start=1) if level]
        words += [f"{name} on: {' '.join(active)}"] if active else []
    return words
