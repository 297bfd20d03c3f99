"""OSDPCAP: the SIA's trace format, one JSON object a line and a frame, read by its tools and others.

Keys stay out of a trace: the data of KEYSET frames is zeroed, unless its owner asks for everything.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from firmware_protocol.osdp import timing
from firmware_protocol.osdp.codes import CommandCode
from firmware_protocol.osdp.frame import Frame
from firmware_protocol.osdp.frame_reader import FrameReader

_TRACE_VERSION = "1"
_NANOSECONDS = 1_000_000_000


class TraceError(ValueError):
    """A line that is no OSDPCAP entry."""


class Direction(Enum):
    """Where a frame came from, seen from the recorder: ``OUT`` is what it sent itself."""

    IN = "in"
    OUT = "out"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One frame with its leading mark, if any; ``at_ns`` is UTC since 1970 in nanoseconds."""

    at_ns: int
    direction: Direction
    data: bytes = field(repr=False)
    source: str = ""


def encode_trace_entry(entry: TraceEntry) -> str:
    """The entry as one line, without its end."""
    seconds, nanoseconds = divmod(entry.at_ns, _NANOSECONDS)
    fields = {
        "timeSec": str(seconds),
        "timeNano": f"{nanoseconds:09d}",
        "io": entry.direction.value,
        "data": entry.data.hex(" "),
        "osdpTraceVersion": _TRACE_VERSION,
        "osdpSource": entry.source,
    }
    return json.dumps(fields)


def parse_trace_entry(line: str) -> TraceEntry:
    """The entry in one line; TraceError when there is none."""
    try:
        fields = json.loads(line)
        return TraceEntry(
            at_ns=int(fields["timeSec"]) * _NANOSECONDS + int(fields["timeNano"]),
            direction=_direction(fields["io"]),
            data=bytes.fromhex(fields["data"]),
            source=str(fields.get("osdpSource", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TraceError(f"no OSDPCAP entry: {error}") from None


def _direction(value: str) -> Direction:
    """Recorders write ``in`` and ``out``, or ``input`` and ``output``."""
    return Direction(value.removesuffix("put"))


class TraceRecorder:
    """Makes trace entries of the bytes on one line of ``baud``; what is no frame is left out."""

    def __init__(self, *, baud: int, source: str, has_keys: bool = False) -> None:
        timeout = timing.inter_character_timeout(baud)
        self._readers = {direction: FrameReader(timeout) for direction in (Direction.IN, Direction.OUT)}
        self._source = source
        self._has_keys = has_keys

    def record(self, direction: Direction, data: bytes, *, now: float, at_ns: int) -> Iterator[TraceEntry]:
        """Yield an entry for each frame that ``data`` completes; ``now`` is monotonic, ``at_ns`` UTC."""
        for frame, raw in self._readers[direction].receive_bytes(data, now):
            shown = raw if self._has_keys else _without_key(frame, raw)
            yield TraceEntry(at_ns, direction, shown, self._source)


def _without_key(frame: Frame, raw: bytes) -> bytes:
    """The same frame with the key zeroed and valid check characters."""
    if frame.is_reply or frame.code != CommandCode.KEYSET:
        return raw
    return replace(frame, payload=bytes(len(frame.payload))).encode()
