"""Days at the gym by their seeds, and each of their laws broken once."""

import functools
from collections.abc import Callable
from typing import get_args

import msgspec
import pytest

from sync_protocol.journal_events import AccessDecided, AccessTaken, DecisionFacts, EventBody, JournalEvent
from tests.simulation.gym_day.day import DAYS, DayReport, simulate_day
from tests.simulation.gym_day.laws import Laws, StaffBook
from tests.simulation.gym_day.roster import ZONE, Kind, Person, wall
from tests.simulation.whole.story import BrokenLawError

SEEDS = (3, 5, 7)
"""A usual day, and one of each clock change."""
TEN, NOON, CLOSING = (wall("2026-11-23", f"{hour}:00") for hour in ("10", "12", "23"))
KINDS: tuple[Kind, ...] = get_args(Kind)
PEOPLE = {kind: Person(100 + number, kind, visits=2) for number, kind in enumerate(KINDS)}


@functools.cache
def lived(seed: int) -> DayReport:
    return simulate_day(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_law_holds_on_a_gyms_day(seed: int) -> None:
    report = lived(seed)
    assert not report.broken, report.to_text()
    assert report.taps > 100
    assert report.most_inside > 5


def test_the_days_are_a_usual_one_and_both_clock_changes() -> None:
    assert {lived(seed).day for seed in SEEDS} == set(DAYS)


def test_the_same_seed_makes_the_same_day() -> None:
    assert simulate_day(SEEDS[0]).fingerprint == lived(SEEDS[0]).fingerprint


def laws(book: StaffBook | None = None, *, has_staff: bool = True, limit: int = 2) -> Laws:
    made = Laws(list(PEOPLE.values()), book or StaffBook(), limit=limit, noon_s=NOON, closing_s=CLOSING)
    if has_staff:
        made.hear(came("staff"), TEN)
        made.hear(msgspec.structs.replace(came("staff"), direction="out"), TEN)
    return made


def granted(kind: Kind, *, occupancy: int = 0, revision: int = 1) -> AccessDecided:
    facts = DecisionFacts("free", TEN, is_clock_trusted=True, occupancy=occupancy)
    member_id = PEOPLE[kind].member_id
    return AccessDecided(
        "t", "lan_1", "in", "r", "00", "allow", "granted", "contract", revision, member_id, facts=facts
    )


def came(kind: Kind, *, is_guest: bool = False) -> AccessTaken:
    person = PEOPLE[kind]
    spends = kind == "pack" and not is_guest
    return AccessTaken("t", "lan_1", "in", person.member_id, person.contract_id, spends, ZONE, "", is_guest)


def blocked(kind: Kind) -> StaffBook:
    book = StaffBook()
    book.block(PEOPLE[kind].member_id, 1)
    return book


def in_a_row(*bodies: EventBody, limit: int = 2) -> Laws:
    made = laws(limit=limit)
    for body in bodies:
        made.hear(body, TEN)
    return made


@pytest.mark.parametrize(
    "scene",
    [
        lambda: laws(blocked("full")).hear(granted("full"), TEN),
        lambda: laws().hear(granted("certificate"), NOON),
        lambda: laws().hear(granted("frozen"), TEN),
        lambda: laws().hear(granted("over"), TEN),
        lambda: laws(has_staff=False).hear(granted("full"), TEN),
        lambda: laws().hear(granted("full", occupancy=2), TEN),
        lambda: laws().hear(granted("off_peak"), NOON + 6 * 3600),
        lambda: laws().hear(granted("night"), NOON),
        lambda: in_a_row(came("full"), came("full")),
        lambda: in_a_row(*[came("host", is_guest=True)] * 3, limit=9),
        lambda: in_a_row(came("full"), came("host"), came("off_peak")),
        lambda: laws().hear(came("full", is_guest=True), TEN),
        lambda: laws().hear(msgspec.structs.replace(came("full"), spends_visit=True), TEN),
        lambda: laws().tap_ended(),
        lambda: laws().check_count(1, set()),
        lambda: laws().check_count(0, {"mem_100"}),
        lambda: laws().check_credits(lambda contract_id: 1),
        lambda: in_a_row(*[came("pack"), msgspec.structs.replace(came("pack"), direction="out")] * 3).check_credits(
            lambda contract_id: 3 * (contract_id == PEOPLE["pack"].contract_id)
        ),
    ],
)
def test_each_law_bites(scene: Callable[[], object]) -> None:
    with pytest.raises(BrokenLawError):
        scene()


def test_staff_are_bound_by_no_number_of_people_and_may_come_before_members() -> None:
    made = in_a_row(came("full"), came("host"))
    made.hear(came("staff"), TEN)
    assert made.count.occupancy == 3


def test_what_the_journal_has_not_kept_is_not_on_the_list_after_a_power_cut() -> None:
    made = in_a_row(came("full"), came("host"))
    made.count_anew([JournalEvent(0, "boot", 0, TEN * 1000, "synced", came("full"))])
    made.check_count(1, {PEOPLE["full"].member_id})


def test_at_closing_everybody_is_forgotten_and_the_next_day_waits_for_staff() -> None:
    made = in_a_row(came("full"))
    made.pass_time(CLOSING)
    assert made.count.occupancy == 0
    with pytest.raises(BrokenLawError, match="before the first of the staff"):
        made.hear(granted("full"), CLOSING)
