"""An event of the journal as one line for people, and as fields for programs; the credential's hash is cut short."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from gateway.service.duress import hide_duress
from sync_protocol.journal_events import AccessDecided, JournalEvent

HASH_SHOWN: Final = 8
"""Hex digits of a credential's hash: enough to tell two cards apart, useless for anything else."""
_MARKS: Final[Mapping[str, str]] = {"synced": "", "floor": "~", "untrusted": "?"}
"""Before a time that nobody has confirmed, or that is certainly wrong."""

Fields = dict[str, Any]


def event_fields(event: JournalEvent) -> Fields:
    """The event flat: its number, time and trust, then what its body says."""
    body: Fields = msgspec.to_builtins(hide_duress(event.body) if isinstance(event.body, AccessDecided) else event.body)
    if "credential_hash" in body:
        body["credential_hash"] = body["credential_hash"][:HASH_SHOWN]
    at = datetime.fromtimestamp(event.wall_ms / 1000, UTC)
    return {"seq": event.seq, "at": at.isoformat(timespec="milliseconds"), "clock": event.clock, **body}


def describe_event(fields: Mapping[str, Any]) -> str:
    """`12:03:04.123 UTC` and what happened, the empty parts left out."""
    told = {name: value for name, value in fields.items() if name not in _IN_FRONT and value not in _EMPTY}
    words = " ".join(f"{name}={_word(value)}" for name, value in told.items())
    at = str(fields["at"]).replace("T", " ").replace("+00:00", "Z")
    return f"{_MARKS.get(str(fields['clock']), '')}{at} #{fields['seq']} {fields['event']}: {words}"


def in_one_line(text: str) -> str:
    """The lines of a display side by side."""
    return " / ".join(text.splitlines())


_IN_FRONT: Final = frozenset({"seq", "at", "clock", "event", "facts"})
_EMPTY: Final[tuple[object, ...]] = ("", None, [], {})


def _word(value: object) -> str:
    match value:
        case list():
            return ",".join(map(str, value))
        case str() if " " in value or "\n" in value:
            return f'"{in_one_line(value)}"'
        case _:
            return str(value)
