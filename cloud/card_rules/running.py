"""One pass of a rule at a site: in small transactions, each found by an index, and safe to be cut off anywhere.

Whoever runs the same rule at the same time waits for its row (`rules.lock_if_on`), and then finds the cards made.
"""

from collections.abc import Generator
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select

from cloud.card_rules import activity, cards, ending, policy, rules
from cloud.card_rules.causes import Found, Scope
from cloud.card_rules.models import CardRun
from cloud.card_rules.policy import ABSENCE_KEYS, KINDS, RuleKey
from cloud.card_rules.registry import FINDERS
from cloud.card_rules.rules import RuleSettings
from cloud.database import Database, UnitOfWork
from cloud.errors import InvalidError
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.long_work import Lots
from cloud.sites import service as sites
from cloud.tasks import service as tasks

AT_ONCE: Final = 10
"""Causes or cards of one transaction."""
RUNS_PRUNED_AT_ONCE: Final = 500

Place = tuple[datetime | date, str] | None


def list_due(session: UnitOfWork) -> list[tuple[RuleKey, Scope]]:
    """Which rules are to be looked at where, now: those of every minute, and daily ones whose day is not done."""
    settings = {key: one for key, one in rules.list_all(session).items() if one.is_on}
    scopes = [Scope(site.id, ZoneInfo(site.time_zone), session.now) for site in sites.list_sites(session)]
    return [(key, scope) for scope in scopes for key, one in settings.items() if _is_due(session, key, one, scope)]


def run(database: Database, key: RuleKey, scope: Scope) -> Lots:
    """Go through a rule at a site: end the cards whose cause is over, begin those that are missing."""
    with database.session() as session:
        is_first_of_day = _find_run(session, key, scope) is None
    is_daily = KINDS[key].rhythm != "minutely"
    if is_daily and key in ABSENCE_KEYS:
        yield from _note_freezes(database, scope)
    if is_daily or is_first_of_day:
        yield from _end_cards(database, key, scope)
    is_whole = key not in FINDERS or (yield from _begin_cards(database, key, scope))
    if is_daily and is_whole:
        with database.transaction() as session:
            _run_of_day(session, key, scope).done_at = session.now


def find_page(session: UnitOfWork, key: RuleKey, *, after: str | None, limit: int) -> Page[CardRun]:
    """What a rule did, the newest day first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return page_by_id(session, select(CardRun).where(CardRun.rule_key == key), CardRun.id, after=after, limit=limit)


def list_last(session: UnitOfWork) -> dict[RuleKey, CardRun]:
    """The last run of each rule, wherever it was."""
    newest = select(func.max(CardRun.id)).group_by(CardRun.rule_key)
    runs = {run.rule_key: run for run in session.scalars(select(CardRun).where(CardRun.id.in_(newest)))}
    return {key: runs[key] for key in KINDS if key in runs}


def prune(session: UnitOfWork, before: date) -> int:
    """Forget some runs of days before this one; how many."""
    old = select(CardRun.id).where(CardRun.day < before).limit(RUNS_PRUNED_AT_ONCE)
    ids = session.scalars(old).all()
    session.execute(delete(CardRun).where(CardRun.id.in_(ids)))
    return len(ids)


def _is_due(session: UnitOfWork, key: RuleKey, settings: RuleSettings, scope: Scope) -> bool:
    if KINDS[key].rhythm == "minutely":
        return True
    if not policy.is_time_of_day_reached(scope.now, settings.minute_of_day, scope.zone):
        return False
    known = _find_run(session, key, scope)
    return known is None or known.done_at is None


def _note_freezes(database: Database, scope: Scope) -> Lots:
    after: int | None = 0
    while after is not None:
        with database.transaction() as session:
            after = activity.note_begun_freezes(session, scope.site_id, scope.today, scope.zone, after=after)
        yield


def _end_cards(database: Database, key: RuleKey, scope: Scope) -> Lots:
    after: str | None = ""
    while after is not None:
        with database.transaction() as session:
            if rules.lock_if_on(session, key) is None:
                return
            count, after = ending.sweep(session, key, scope, after=after, limit=AT_ONCE)
            _run_of_day(session, key, scope).ended += count
        yield


def _begin_cards(database: Database, key: RuleKey, scope: Scope) -> Generator[None, None, bool]:
    """Begin what is missing; whether the rule was on and fit all the time."""
    after: Place = None
    skipped = 0
    while True:
        with database.session() as session:
            settings = rules.get(session, key)
            found = FINDERS[key](session, scope, settings, after=after, limit=AT_ONCE)
            is_work = settings.is_on and bool(cards.list_fresh(session, key, found.causes))
        if is_work:
            with database.transaction() as session:
                again = _begin_some(session, key, scope, after, skipped)
                if again is None:
                    return False
                found, skipped = again
        if found.next is None:
            return settings.is_on
        after = found.next
        yield


def _begin_some(
    session: UnitOfWork, key: RuleKey, scope: Scope, after: Place, skipped: int
) -> tuple[Found, int] | None:
    """Look again, now that nobody else begins cards of the rule, and begin what is missing; None: it cannot."""
    settings = rules.lock_if_on(session, key)
    if settings is None:
        return None
    run_of_day = _run_of_day(session, key, scope)
    usable = fit(session, settings)
    run_of_day.is_unfit = usable is None
    if usable is None:
        return None
    found = FINDERS[key](session, scope, usable, after=after, limit=AT_ONCE)
    begun = cards.open_all(session, key, usable, found.causes, scope)
    run_of_day.opened += begun.opened
    run_of_day.skipped = skipped + begun.skipped
    return found, run_of_day.skipped


def fit(session: UnitOfWork, settings: RuleSettings) -> RuleSettings | None:
    """The settings without an operator who works here no more; None: the type of its tasks is obsolete."""
    try:
        tasks.check_details(session, {"action_type_id": settings.action_type_id})
    except InvalidError:
        return None
    try:
        tasks.check_details(session, {"operator_id": settings.operator_id})
    except InvalidError:
        return replace(settings, operator_id=None)
    return settings


def _run_of_day(session: UnitOfWork, key: RuleKey, scope: Scope) -> CardRun:
    """The row of the run; the caller has locked the rule."""
    known = _find_run(session, key, scope)
    if known is None:
        known = CardRun(
            id=new_id("crn"),
            rule_key=key,
            site_id=scope.site_id,
            day=scope.today,
            opened=0,
            ended=0,
            skipped=0,
            is_unfit=False,
            began_at=session.now,
            done_at=None,
        )
        session.add(known)
        session.flush()
    return known


def _find_run(session: UnitOfWork, key: RuleKey, scope: Scope) -> CardRun | None:
    query = select(CardRun).where(CardRun.rule_key == key, CardRun.site_id == scope.site_id, CardRun.day == scope.today)
    return session.scalar(query)
