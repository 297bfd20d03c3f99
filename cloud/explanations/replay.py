"""A decision made again: the state of then and the recorded facts in, the same decision out, or an alarm. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from access_policy.decision import Decision, Reason
from access_policy.explanation import NO_NAMES, Explanation, explain
from access_policy.facts import PinEntry, TapFacts
from access_policy.gate_view import GateView
from access_policy.row_reading import read_gate_view, recall_facts
from access_policy.zone import Direction
from sync_protocol.journal_events import AccessDecided
from sync_protocol.state_rows import StateRow

_WITHOUT_FACTS: Final = frozenset({Reason.CREDENTIAL_NOT_FOUND, Reason.SITE_UNKNOWN})
"""Of a card that nobody had no facts are recorded: none bore on the decision."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The decision made again, and in which fields the recorded one differs from it; none: it is the same."""

    explanation: Explanation
    differences: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the gateway and we come to the same decision."""
        return not self.differences


def can_be_replayed(event: AccessDecided) -> bool:
    """Whether the event holds all that its decision depended on. Those of older programs do not."""
    return event.facts is not None or event.reason in _WITHOUT_FACTS


def replay(
    event: AccessDecided, rows: Sequence[StateRow], occurred_at_s: int, lane_names: Mapping[str, str] = NO_NAMES
) -> Replay:
    """Decide again on the rows that were in force then. Only if `can_be_replayed`."""
    view = _view(event, rows, event.facts.last_contact_at if event.facts else None, event.revision)
    explanation = explain(view, _facts(event, occurred_at_s), lane_names)
    return Replay(explanation, _differences(event, explanation.decision))


def decide_now(
    event: AccessDecided,
    rows: Sequence[StateRow],
    revision: int,
    *,
    now_s: int,
    lane_names: Mapping[str, str] = NO_NAMES,
) -> Explanation:
    """What the same card would meet at the same lane now, with today's state, if the lane is free.

    Who is inside is left out: neither anti-passback nor the number of people bears on it.
    """
    pin = event.facts.pin if event.facts else "none"
    facts = quiet_facts(event.lane_id, event.direction, now_s, pin)
    return explain(_view(event, rows, now_s, revision), facts, lane_names)


def quiet_facts(lane_id: str, direction: Direction, now_s: int, pin: PinEntry) -> TapFacts:
    """A tap at a free lane while the cloud is there and nobody but staff is inside."""
    return TapFacts(lane_id, direction, "free", now_s, is_clock_trusted=True, pin=pin, has_staff_inside=True)


def _view(event: AccessDecided, rows: Sequence[StateRow], last_contact_at: int | None, revision: int) -> GateView:
    view = read_gate_view(rows, event.credential_hash, revision)
    return replace(view, last_contact_at=last_contact_at)


def _facts(event: AccessDecided, at_s: int) -> TapFacts:
    if event.facts is not None:
        return recall_facts(event.facts, event.lane_id, event.direction)
    return TapFacts(event.lane_id, event.direction, "free", at_s, is_clock_trusted=True)


def _differences(event: AccessDecided, decision: Decision) -> tuple[str, ...]:
    pairs = {
        "outcome": (event.outcome, decision.outcome),
        "reason": (event.reason, decision.reason),
        "rule": (event.rule, decision.rule),
        "member_id": (event.member_id, decision.holder.member_id if decision.holder else None),
        "contract_id": (event.contract_id, decision.contract_id),
        "zone_id": (event.zone_id, decision.zone_id),
        "is_guest": (event.is_guest, decision.is_guest),
        "signals": (event.signals, tuple(decision.signals)),
        "flags_considered": (
            sorted(event.flags_considered),
            sorted((flag.flag_id, flag.bearing) for flag in decision.considered),
        ),
    }
    return tuple(name for name, (recorded, made_again) in pairs.items() if recorded != made_again)
