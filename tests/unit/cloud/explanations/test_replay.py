"""A decision made again from rows and recorded facts, and the alarm where it is another one."""

from dataclasses import replace

import msgspec
import pytest

from access_policy.decide import decide
from access_policy.facts import TapFacts, Whereabouts
from access_policy.row_reading import read_gate_view, record_facts
from cloud.explanations.replay import can_be_replayed, decide_now, replay
from sync_protocol import state_rows as rows
from sync_protocol.journal_events import AccessDecided

NOW = 1_772_449_200
ROWS: tuple[rows.StateRow, ...] = (
    rows.SiteRow("sit_a", "Club", "Europe/Rome", "it"),
    rows.ZoneRow("zon_a", "Club", passback="hard"),
    rows.LaneRow("lan_a", "zon_a"),
    rows.CredentialRow("0a", "mem_a"),
    rows.EntitlementRow("mem_a", "Anna", "it", (rows.EntitlementWindow("ctr_a", 0, NOW + 86_400, visits_left=3),)),
    rows.FlagRow("flg_a", "mem_a", "task", "message"),
    rows.FlagRow("flg_x", "mem_other", "manual", "block"),
)
TAP = TapFacts("lan_a", "in", "free", NOW, is_clock_trusted=True, visits_spent={"ctr_a": 1})


def recorded(facts: TapFacts = TAP, credential_hash: str = "0a") -> AccessDecided:
    view = replace(read_gate_view(ROWS, credential_hash, 7), last_contact_at=NOW - 5)
    decision = decide(view, facts)
    return AccessDecided(
        "tap",
        facts.lane_id,
        facts.direction,
        "entry",
        credential_hash,
        decision.outcome,
        decision.reason,
        decision.rule,
        decision.revision,
        member_id=decision.holder.member_id if decision.holder else None,
        contract_id=decision.contract_id,
        zone_id=decision.zone_id,
        signals=tuple(decision.signals),
        flags_considered=tuple((flag.flag_id, flag.bearing) for flag in decision.considered),
        facts=record_facts(facts, NOW - 5) if view.credential else None,
    )


@pytest.mark.parametrize(
    "facts",
    [
        TAP,
        replace(TAP, direction="out"),
        replace(TAP, visits_spent={"ctr_a": 3}),
        replace(TAP, whereabouts=Whereabouts("zon_a", NOW - 900, "lan_b")),
        replace(TAP, lane="busy", is_clock_trusted=False),
    ],
)
def test_the_same_state_and_the_same_facts_make_the_same_decision(facts: TapFacts) -> None:
    assert replay(recorded(facts), ROWS, NOW).is_same


def test_a_card_that_nobody_had_is_replayed_without_facts() -> None:
    event = recorded(credential_hash="ff")
    assert (event.facts, can_be_replayed(event)) == (None, True)
    assert replay(event, ROWS, NOW).is_same


def test_a_card_that_somebody_had_was_not_unknown() -> None:
    event = msgspec.structs.replace(recorded(credential_hash="ff"), credential_hash="0a")
    assert not replay(event, ROWS, NOW).is_same


@pytest.mark.parametrize(
    ("changes", "differences"),
    [
        ({"outcome": "block"}, ("outcome",)),
        ({"reason": "dues_overdue", "rule": "blocking_flag"}, ("reason", "rule")),
        ({"member_id": "mem_b"}, ("member_id",)),
        ({"contract_id": "ctr_b"}, ("contract_id",)),
        ({"zone_id": "zon_b"}, ("zone_id",)),
        ({"is_guest": True}, ("is_guest",)),
        ({"signals": ("duress",)}, ("signals",)),
        ({"flags_considered": ()}, ("flags_considered",)),
    ],
)
def test_a_record_that_was_altered_is_told_by_the_field(changes: dict[str, object], differences: tuple[str]) -> None:
    assert replay(msgspec.structs.replace(recorded(), **changes), ROWS, NOW).differences == differences


def test_events_of_programs_that_recorded_no_facts_cannot_be_replayed() -> None:
    assert not can_be_replayed(msgspec.structs.replace(recorded(), facts=None))


def test_now_is_decided_by_todays_rows_and_whoever_is_inside_does_not_matter() -> None:
    event = recorded(replace(TAP, whereabouts=Whereabouts("zon_a", NOW - 900, "lan_a"), lane="busy"))
    assert event.outcome == "block"
    assert decide_now(event, ROWS, 9, now_s=NOW + 60).decision.is_granted
    blocked = (*ROWS, rows.FlagRow("flg_b", "mem_a", "manual", "block"))
    assert decide_now(event, blocked, 10, now_s=NOW + 60).decision.reason == "flagged_by_staff"
    assert not decide_now(event, ROWS, 9, now_s=NOW + 2 * 86_400).decision.is_granted
