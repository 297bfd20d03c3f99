"""What may leave the machine in a support bundle: lists of what is allowed, never of what is forbidden."""

import re
from collections.abc import Mapping
from typing import Any, Final

Fields = dict[str, Any]

EVENT_FIELDS: Final = frozenset(
    [
        "seq",
        "at",
        "clock",
        "event",
        "tap_id",
        "lane_id",
        "direction",
        "keypad",
        "reader",
        "outcome",
        "reason",
        "rule",
        "revision",
        "flag_ids",
        "decided_in_us",
        "state",
        "detail",
        "software_version",
        "from_seq",
        "dropped",
        "spends_visit",
        "is_guest",
        "signals",
        "mode",
        "until",
        "cause",
        "zone_id",
    ]
)
"""Neither the text on the display, which greets by name, nor any hash; members and contracts stay out, too."""

STATE_FIELDS: Final = frozenset(
    [
        "type",
        "gateway_id",
        "software_version",
        "revision",
        "clock",
        "is_connected",
        "link_fault",
        "broker",
        "outbox",
        "disk_fault",
        "policy_fault",
        "lanes",
        "readers",
        "reader_counters",
        "certificate",
    ]
)

CONFIG_KEYS: Final = frozenset(
    [
        "kind",
        "pulse_ms",
        "passage_window_ms",
        "chip",
        "relay_in",
        "relay_out",
        "pass_in",
        "pass_out",
        "ready",
        "alarm",
        "fire",
        "open",
        "exit_request",
        "active_low",
        "baud",
        "address",
        "direction",
        "lane",
        "name",
        "text_lines",
        "text_columns",
        "text_encoding",
        "plain_text",
        "framing",
        "silence_s",
        "d0",
        "d1",
        "led_green",
        "led_red",
        "buzzer",
        "control",
        "on_failure",
        "pin_timeout_s",
        "port",
        "output",
        "level_max_s",
        "jam_s",
    ]
)
"""Keys of `gateway.toml` whose values are shown; of all others only that they are there."""

_TABLE: Final = re.compile(r"\s*\[\[?[A-Za-z0-9_.-]+\]\]?\s*(#.*)?$")
_ASSIGNMENT: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_LONG_WORD: Final = re.compile(r"[A-Za-z0-9+/=_-]{32,}|tc1\.\S+")
"""Hashes, keys in hex or base64, and tokens."""


def redact_event(fields: Mapping[str, Any]) -> Fields:
    """An event without anything that points at a person or a card."""
    return {name: value for name, value in fields.items() if name in EVENT_FIELDS}


def redact_state(record: Mapping[str, Any]) -> Fields:
    """The status without the club's name."""
    return {name: value for name, value in record.items() if name in STATE_FIELDS}


def redact_config(text: str) -> str:
    """The configuration line by line: tables, allowed keys with their values, other keys without."""
    lines = []
    for line in text.splitlines():
        assignment = _ASSIGNMENT.match(line)
        if _TABLE.match(line):
            lines.append(line.partition("#")[0].rstrip())
        elif assignment and assignment[1] in CONFIG_KEYS:
            lines.append(_LONG_WORD.sub("(left out)", line.partition("#")[0].rstrip()))
        elif assignment:
            lines.append(f"{assignment[1]} = (left out)")
    return "\n".join(lines) + "\n"


def redact_log(text: str) -> str:
    """The log without words that could be a hash, a key or a token; names are never logged."""
    return _LONG_WORD.sub("(left out)", text)
