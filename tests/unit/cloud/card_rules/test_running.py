"""Runs of the rules: when they are due, what they note, and that being cut off costs nothing."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from cloud.action_types import service as action_types
from cloud.card_rules import dry_run, keeping, policy, rules, running
from cloud.card_rules.causes import Scope
from cloud.card_rules.models import CardRun
from cloud.card_rules.policy import DayRange
from cloud.database import Database
from cloud.errors import ConflictError, InvalidError
from cloud.long_work import Lots
from cloud.members import service as members
from cloud.personal_data import service as personal_data
from cloud.tasks import service as tasks
from cloud.tasks.policy import OPEN_MAX
from cloud.tasks.service import TaskDetails
from tests.card_rules import RuleClub


def _runs(club: RuleClub) -> list[CardRun]:
    with club.database.session() as session:
        return list(session.scalars(select(CardRun).order_by(CardRun.day, CardRun.rule_key)))


def test_a_rule_that_is_off_begins_nothing(club: RuleClub) -> None:
    club.turn_on("contract_ending")
    club.turn_on("contract_ending", is_on=False)
    club.sell(club.add_member(), days=1)
    club.run()
    assert (club.cards(), _runs(club)) == ([], [])


def test_a_daily_rule_runs_once_the_clock_of_the_site_shows_its_time(club: RuleClub) -> None:
    club.turn_on("contract_ending", minute_of_day=13 * 60 + 30)
    club.sell(club.add_member(), days=1)
    club.wait(minutes=29)
    club.run()
    assert club.cards() == [], "it is 13:29 in Rome"
    club.wait(minutes=1)
    club.run()
    assert len(club.cards()) == 1
    club.sell(club.add_member(), days=1)
    club.wait(hours=1)
    club.run()
    assert len(club.cards()) == 1, "the day's run is done"
    assert [(run.day, run.opened, run.done_at is not None) for run in _runs(club)] == [(date(2026, 3, 16), 1, True)]


@pytest.mark.parametrize(
    ("at", "minute_of_day", "is_reached"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 150, False),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), 150, True),
        (datetime(2026, 10, 25, 0, 29, tzinfo=UTC), 150, False),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 150, True),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), 0, True),
    ],
)
def test_days_of_daylight_saving_have_each_time_once(at: datetime, minute_of_day: int, is_reached: bool) -> None:
    """02:30 does not exist on 29 March in Rome, and comes twice on 25 October."""
    assert policy.is_time_of_day_reached(at, minute_of_day, ZoneInfo("Europe/Rome")) is is_reached


def test_stages_of_absence_touch_and_never_overlap() -> None:
    """Feature 226."""
    today = date(2026, 3, 16)
    stages = [policy.stage_of(amount, {7, 14, 30}, today) for amount in (7, 14, 30)]
    assert stages[0] == DayRange(date(2026, 3, 3), date(2026, 3, 9))
    for later, earlier in pairwise(stages):
        assert (later.first - earlier.last).days == 1


class PowerCutError(Exception):
    """The process ends here."""


def test_a_run_that_is_cut_off_is_taken_up_again(club: RuleClub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Feature 153."""
    club.turn_on("contract_ending")
    subjects = {club.sell(club.add_member(), days=1) for _ in range(5)}
    monkeypatch.setattr(running, "AT_ONCE", 2)
    begin_some, calls = running._begin_some, iter(range(10))

    def cut(*arguments: object) -> object:
        if next(calls) == 1:
            raise PowerCutError
        return begin_some(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "_begin_some", cut)
    with pytest.raises(PowerCutError):
        club.run()
    assert (len(club.cards()), [run.done_at for run in _runs(club)]) == (2, [None])
    club.run()
    assert {card.subject for card in club.cards()} == subjects
    assert [(run.opened, run.done_at is None) for run in _runs(club)] == [(5, False)]


def test_who_has_as_many_tasks_as_there_may_be_is_skipped_and_comes_later(club: RuleClub) -> None:
    club.turn_on("contract_ending")
    member_id = club.add_member()
    club.sell(member_id, days=1)
    with club.database.transaction() as session:
        for _ in range(OPEN_MAX):
            tasks.create(session, club.club.actor, member_id, TaskDetails(action_type_id=club.type_id))
    club.run()
    assert (club.cards(), [(run.opened, run.skipped) for run in _runs(club)]) == ([], [(0, 1)])


def test_nothing_is_begun_about_who_was_erased_and_the_others_have_their_cards(club: RuleClub) -> None:
    club.turn_on("contract_ending")
    erased, stays = club.add_member("Anna"), club.add_member("Bea")
    for member_id in (erased, stays):
        club.sell(member_id, days=1)
    with club.database.transaction() as session:
        personal_data.erase(session, club.club.actor, erased, typed_name=members.get(session, erased).name)
    club.run()
    assert [club.task(card).member_id for card in club.cards()] == [stays]


def test_a_rule_that_is_refused_does_not_keep_the_others(club: RuleClub, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def run(_database: Database, key: str, _scope: object) -> Lots:
        ran.append(key)
        if len(ran) == 1:
            raise ConflictError("refused", "Refused.")
        yield

    with club.database.session() as session:
        scope = Scope(club.club.site_id, ZoneInfo("Europe/Rome"), session.now)
    monkeypatch.setattr(running, "list_due", lambda _session: [("one", scope), ("two", scope)])
    monkeypatch.setattr(running, "run", run)
    assert len(list(keeping.run_due(club.database))) == 1
    assert ran == ["one", "two"]


def test_a_rule_whose_type_is_obsolete_says_so_and_begins_nothing(club: RuleClub) -> None:
    club.turn_on("contract_ending")
    club.sell(club.add_member(), days=1)
    with club.database.transaction() as session:
        details = action_types.ActionTypeDetails(name="Other", is_default=True)
        action_types.create(session, club.club.actor, details)
        action_types.change(session, club.club.actor, club.type_id, {"is_obsolete": True, "is_default": False})
    club.run()
    assert (club.cards(), [(run.is_unfit, run.done_at) for run in _runs(club)]) == ([], [(True, None)])


def test_a_dry_run_lists_whom_the_rule_would_touch_and_touches_nobody(club: RuleClub) -> None:
    """Feature 153."""
    member_id = club.add_member("Bruno")
    contract_id = club.sell(member_id, days=3)
    with club.database.session() as session:
        settings = rules.get(session, "contract_ending")
        assert not dry_run.look(session, "contract_ending", settings).touched
        wider = dry_run.look(session, "contract_ending", rules.RuleSettings(amount=3))
        assert [(one.member_name, one.cause.subject) for one in wider.touched] == [("Bruno", contract_id)]
        assert not wider.is_more
        with pytest.raises(ConflictError):
            dry_run.look(session, "unknown_caller", rules.get(session, "unknown_caller"))
    assert (club.cards(), _runs(club)) == ([], [])


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"amount": 61}, {"text": " "}, {"text": "{name}"}, {"text": "{"}, {"action_type_id": None}],
)
def test_a_rule_is_not_set_to_what_it_cannot_do(club: RuleClub, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidError):
        club.turn_on("contract_ending", **wrong)


def test_old_runs_are_forgotten(club: RuleClub) -> None:
    club.turn_on("contract_ending")
    club.run()
    club.wait(days=401)
    assert keeping.prune_some(club.database) is False
    assert _runs(club) == []
