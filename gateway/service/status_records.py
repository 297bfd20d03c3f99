"""What `tornello-gateway watch` and `status` get to read: plain records, one JSON object each.

`decision` carries the fields of the journal's AccessDecided, the explanation in words and the display's lines;
`passage` tells how a grant ended; `state` is the whole gateway at a glance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from gateway.domain.lane_mode import LaneMode
from gateway.domain.lane_states import LaneState
from gateway.service.certificate_renewal import CertificateStatus
from gateway.service.duress import hide_duress
from gateway.service.passage import Grant, GrantEnd
from sync_protocol.journal_events import AccessDecided
from sync_protocol.messages import OutboxRange

Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """One lane at this moment, and what it was told to be, until when (UTC seconds)."""

    lane_id: str
    name: str
    state: LaneState
    mode: LaneMode = LaneMode.NORMAL
    mode_until: int | None = None


@dataclass(frozen=True, slots=True)
class AbilitiesReport:
    """What a reader can show; no lines means that it has no display."""

    light: str
    has_buzzer: bool
    text_lines: int
    text_columns: int


@dataclass(frozen=True, slots=True)
class ReaderReport:
    """One reader at this moment; `alarm` is a broken rule of its secure channel, `shows` is None while not known."""

    lane_id: str
    reader: str
    is_online: bool
    is_secure: bool
    is_tampered: bool = False
    is_power_failing: bool = False
    inputs: tuple[bool, ...] = ()
    outputs: tuple[bool, ...] = ()
    alarm: str = ""
    shows: AbilitiesReport | None = None


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """The whole gateway at this moment; `disk_fault` says why events wait in memory, None while they do not.

    `link_fault` says why there is no connection, empty while there is one or nothing is known yet; `broker` is where it
    goes to, or the newest attempt went. `policy_fault` says why the newest rules of the site are not in force, empty
    while they are.
    """

    gateway_id: str
    site_name: str
    software_version: str
    revision: int
    clock: str
    is_connected: bool
    outbox: OutboxRange
    disk_fault: str | None
    lanes: Sequence[LaneStatus]
    readers: Sequence[ReaderReport]
    link_fault: str = ""
    broker: str = ""
    policy_fault: str = ""
    certificate: CertificateStatus | None = None


def decision_record(event: AccessDecided, lines: Sequence[str]) -> Record:
    """The record of one decision, but for what a PIN under duress says."""
    event = hide_duress(event)
    fields: Record = msgspec.to_builtins(event)
    return {**fields, "type": "decision", "explanation": explain(event), "display": list(lines)}


def passage_record(lane_id: str, grant: Grant, end: GrantEnd) -> Record:
    """The record of the end of one grant."""
    return {
        "type": "passage",
        "tap_id": grant.tap_id,
        "lane_id": lane_id,
        "direction": grant.direction,
        "member_id": grant.member_id,
        "end": end,
        "is_taken": end == "taken",
    }


def state_record(status: GatewayStatus) -> Record:
    """The record of the gateway at a glance."""
    return {"type": "state", **msgspec.to_builtins(status)}


def with_counters(state: Record, counters: Mapping[str, Mapping[str, float | None]]) -> Record:
    """The same state record with what was counted on the wire with each reader."""
    return {**state, "reader_counters": {reader: dict(counts) for reader, counts in counters.items()}}


def explain(event: AccessDecided) -> str:
    """Why it was decided so, for whoever installs or supports a gateway: rule, flags, contract, revision, time."""
    parts = [f"{event.outcome}: {event.reason}", f"rule {event.rule}", f"state of revision {event.revision}"]
    if event.flag_ids:
        parts.append(f"flags {', '.join(event.flag_ids)}")
    if event.contract_id:
        parts.append(f"contract {event.contract_id}")
    parts.append(f"decided in {event.decided_in_us} us")
    return "; ".join(parts)
