"""What the sync contract's rows say arrives in the policy's values, field by field, and facts survive the journal."""

from dataclasses import fields
from zoneinfo import ZoneInfo

import msgspec
import pytest

from access_policy.entitlement import Booking, Entitlement, EntitlementWindow, TimeSpan
from access_policy.facts import TapFacts, Whereabouts
from access_policy.row_reading import (
    read_credential,
    read_entitlement,
    read_flag,
    read_gate_view,
    read_policy,
    recall_facts,
    record_facts,
)
from access_policy.schedule import DayWindow, Schedule
from access_policy.zone import AccessLevel, LanePlace, LevelGrant, Zone
from sync_protocol import state_rows as rows

SITE = rows.SiteRow(
    "sit_a",
    "Club",
    "Europe/Rome",
    "it",
    9,
    "staff_only",
    "ignore_times",
    "may_leave",
    5,
    {"zone_full": {"it": "Pieno"}},
)


@pytest.mark.parametrize("minute", [-1, 1440, 10**15])
def test_a_minute_that_no_day_has_is_not_read(minute: int) -> None:
    with pytest.raises(ValueError, match="minute of the day"):
        read_policy([SITE, rows.ZoneRow("zon_a", "Gym", forgive_minute=minute)])


@pytest.mark.parametrize("window", [(-1, 60), (1440, 1500), (600, 600), (600, 540), (600, 2041), (0, 10**15)])
@pytest.mark.parametrize("is_special", [False, True])
def test_hours_that_no_day_has_are_not_read(window: tuple[int, int], is_special: bool) -> None:
    windows = (rows.DayWindow(*window),)
    usual, special = ((),) * 7, {"holiday": windows}
    odd = rows.ScheduleRow("sch_a", "Odd", *((usual, special) if is_special else ((windows,) * 7, {})))
    with pytest.raises(ValueError, match="at most a day"):
        read_policy([SITE, odd])


def test_hours_up_to_a_whole_day_are_read() -> None:
    windows = (rows.DayWindow(0, 1440), rows.DayWindow(1439, 2879))
    policy = read_policy([SITE, rows.ScheduleRow("sch_a", "Always", (windows,) * 7)])
    assert policy is not None
    assert len(policy.schedules["sch_a"].weekly[0]) == 2


def test_without_a_row_of_the_site_there_is_no_policy() -> None:
    assert read_policy([rows.LaneRow("lan_a", "zon_a")]) is None


def test_every_rule_of_the_site_arrives() -> None:
    policy = read_policy([SITE])
    assert policy is not None
    assert [getattr(policy.rules, one.name) for one in fields(policy.rules)] == list(msgspec.structs.astuple(SITE))
    assert policy.calendar.zone == ZoneInfo("Europe/Rome")


def test_every_policy_row_arrives_in_whatever_order() -> None:
    windows = (rows.DayWindow(360, 720),)
    policy = read_policy(
        [
            rows.LevelRow("lev_a", "Gold", (rows.LevelGrant("zon_a", "sch_a"),)),
            rows.ScheduleRow("sch_a", "Mornings", (windows,) * 7, {"holiday": ()}),
            rows.LaneRow("lan_a", "zon_a", "zon_b"),
            rows.ZoneRow("zon_a", "Club", "hard", 60, 5, 7, 50, needs_pin=True, has_first_person_in=True),
            rows.CalendarRow("sit_a", (rows.SpecialDay(20261225, "holiday"),)),
            SITE,
        ]
    )
    assert policy is not None
    assert policy.levels == {"lev_a": AccessLevel("lev_a", "Gold", (LevelGrant("zon_a", "sch_a"),))}
    hours = Schedule("sch_a", "Mornings", ((DayWindow(360, 720),),) * 7, {"holiday": ()})
    assert policy.schedules == {"sch_a": hours}
    assert policy.lanes == {"lan_a": LanePlace("lan_a", "zon_a", "zon_b")}
    zone = Zone("zon_a", "Club", "hard", 60, 5, 7, 50, needs_pin=True, has_first_person_in=True)
    assert policy.zones == {"zon_a": zone}
    assert policy.calendar.special_days == {20261225: "holiday"}


def test_what_a_member_may_do_arrives() -> None:
    window = rows.EntitlementWindow("ctr_a", 1, 9, (rows.TimeSpan(2, 3),), 4, "lev_a", needs_booking=True)
    row = rows.EntitlementRow(
        "mem_a", "Anna", "ru", (window,), "staff", (rows.Booking("bok_a", 5, 6, "zon_a"),), forgiven_at=8
    )
    wanted = EntitlementWindow("ctr_a", 1, 9, (TimeSpan(2, 3),), 4, "lev_a", needs_booking=True)
    assert read_entitlement(row) == Entitlement(
        "mem_a", "Anna", "ru", (wanted,), "staff", (Booking("bok_a", 5, 6, "zon_a"),), forgiven_at=8
    )


def test_credentials_and_flags_arrive() -> None:
    card = rows.CredentialRow("00", "mem_a", "lost", "p", "d")
    read = read_credential(card)
    assert [getattr(read, one.name) for one in fields(read)] == list(msgspec.structs.astuple(card))
    flag = rows.FlagRow("flg_a", "mem_a", "dues", "block", 3, ("turnstile",), {"it": "Ciao"}, 1, 2)
    seen = read_flag(flag)
    assert [getattr(seen, one.name) for one in fields(seen)] == list(msgspec.structs.astuple(flag))


@pytest.mark.parametrize("place", [None, Whereabouts("", 5, "lan_b"), Whereabouts("zon_a", 7, "lan_a")])
def test_facts_are_recalled_as_they_were_recorded(place: Whereabouts | None) -> None:
    facts = TapFacts(
        "lan_a", "out", "locked", 9, is_clock_trusted=False, visits_spent={"ctr_a": 2}, pin="right", whereabouts=place
    )
    recorded = record_facts(facts, last_contact_at=4)
    assert recorded.last_contact_at == 4
    assert recall_facts(recorded, "lan_a", "out") == facts


def test_of_many_rows_the_card_finds_its_holder_with_their_flags() -> None:
    mine = rows.FlagRow("flg_a", "mem_a", "dues", "block")
    view = read_gate_view(
        [
            rows.FlagRow("flg_b", "mem_b", "dues", "block"),
            mine,
            rows.EntitlementRow("mem_b", "Bea", "it"),
            rows.EntitlementRow("mem_a", "Anna", "ru"),
            rows.CredentialRow("00", "mem_a"),
            rows.CredentialRow("11", "mem_b"),
            SITE,
        ],
        "00",
        7,
    )
    assert view.credential == read_credential(rows.CredentialRow("00", "mem_a"))
    assert (view.entitlement, view.flags) == (Entitlement("mem_a", "Anna", "ru"), (read_flag(mine),))
    assert (view.revision, view.last_contact_at, view.site is not None) == (7, None, True)


def test_a_card_that_no_row_has_finds_nobody() -> None:
    view = read_gate_view([rows.FlagRow("flg_b", "mem_b", "dues", "block"), SITE], "00", 7)
    assert (view.credential, view.entitlement, view.flags) == (None, None, ())
