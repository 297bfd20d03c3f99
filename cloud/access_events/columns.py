"""From a journal event to the columns of its row: pure, and strict about what a database can hold."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from cloud.kit.storable import find_unstorable
from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import (
    AccessDecided,
    AccessNotTaken,
    AccessTaken,
    AnonymousPassage,
    GapRecorded,
    GatewayStarted,
    JournalEvent,
    LaneChanged,
    LaneModeChanged,
    ReaderChanged,
    StorageChanged,
)

LATEST_MS: Final = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp()) * 1000
"""What lies beyond is nonsense, and near the calendar's end a time has no counterpart in every zone."""
HISTORY_AFTER: Final = timedelta(seconds=30)
_ID_CHARACTERS_MAX: Final = 64
_TEXT_CHARACTERS_MAX: Final = 1000
_SHORT_COLUMNS: Final = ("seq", "boot_id", "monotonic_ms", "lane_id", "tap_id", "member_id", "reason", "rule")


def event_columns(event: JournalEvent, offset_ms: int | None) -> dict[str, Any]:
    """The columns of `AccessEvent` that the event itself decides.

    `offset_ms` is what turns its boot's monotonic time into UTC, where that is known: it corrects a clock that was
    not trusted.

    Raises:
        MalformedMessageError: a value that cannot be stored (out of range, too long, with NUL characters).
    """
    is_corrected = event.clock != "synced" and offset_ms is not None
    occurred_at = to_utc(event.monotonic_ms + offset_ms if is_corrected and offset_ms is not None else event.wall_ms)
    body = msgspec.to_builtins(event.body)
    columns = {
        "seq": event.seq,
        "kind": body["event"],
        "occurred_at": occurred_at,
        "boot_id": event.boot_id,
        "monotonic_ms": event.monotonic_ms,
        "clock": event.clock,
        "body": body,
        **_body_columns(event),
    }
    _check(event, columns)
    return columns


def is_history(occurred_at: datetime, received_at: datetime) -> bool:
    """Whether an event was no longer news when it arrived."""
    return received_at - occurred_at > HISTORY_AFTER


def to_utc(milliseconds: int) -> datetime:
    """The instant of so many milliseconds since 1970.

    Raises:
        MalformedMessageError: it is before 1970 or after 2199.
    """
    if not 0 <= milliseconds < LATEST_MS:
        raise MalformedMessageError(f"no such time: {milliseconds} ms")
    return datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(milliseconds=milliseconds % 1000)


def _body_columns(event: JournalEvent) -> dict[str, Any]:
    columns: dict[str, Any] = dict.fromkeys(
        ("lane_id", "tap_id", "direction", "member_id", "outcome", "reason", "rule", "revision")
    )
    columns["text"] = ""
    names: tuple[str, ...] = ()
    match event.body:
        case AccessDecided():
            names = ("lane_id", "tap_id", "direction", "member_id", "outcome", "reason", "rule", "revision", "text")
        case AccessTaken() | AccessNotTaken():
            names = ("lane_id", "tap_id", "direction", "member_id")
        case ReaderChanged() | LaneChanged() as body:
            names = ("lane_id",)
            columns["reason"], columns["text"] = body.state, body.detail
        case AnonymousPassage() as body:
            names = ("lane_id", "direction")
            columns["reason"] = body.cause
        case LaneModeChanged() as body:
            names = ("lane_id",)
            columns["reason"], columns["text"] = body.mode, body.by
        case StorageChanged() as body:
            columns["reason"], columns["text"] = body.state, body.detail
        case GatewayStarted() as body:
            names = ("revision",)
            columns["text"] = body.software_version
        case GapRecorded() as body:
            columns["text"] = f"{sum(body.dropped.values())} events lost"
    columns.update({name: getattr(event.body, name) for name in names})
    return columns


def _check(event: JournalEvent, columns: dict[str, Any]) -> None:
    if isinstance(event.body, AccessDecided) and event.body.facts is not None:
        # Whoever asks why has the decision made again at that time.
        to_utc(event.body.facts.now_s * 1000)
    short = [event.wall_ms, *(columns[name] for name in _SHORT_COLUMNS)]
    reason = find_unstorable(columns["body"], characters_max=_TEXT_CHARACTERS_MAX) or find_unstorable(
        short, characters_max=_ID_CHARACTERS_MAX
    )
    if reason:
        raise MalformedMessageError(f"event {event.seq} has {reason}")
