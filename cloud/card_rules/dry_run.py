"""Whom a rule would touch today, without touching anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from cloud.card_rules import cards
from cloud.card_rules.causes import Cause, Scope
from cloud.card_rules.policy import RuleKey
from cloud.card_rules.registry import FINDERS
from cloud.card_rules.rules import RuleSettings
from cloud.card_rules.running import AT_ONCE, Place
from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from cloud.members import service as members
from cloud.sites import service as sites

SHOWN_MAX: Final = 200
_LOOKS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody who would get a card, why, and at which site."""

    cause: Cause
    member_name: str
    site_id: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """The first 200 whom the rule would touch; `is_more`: there are others, or not all were looked at."""

    touched: Sequence[Touched]
    is_more: bool


def look(session: UnitOfWork, key: RuleKey, settings: RuleSettings) -> DryRun:
    """Whom the rule would touch with these settings if it ran now.

    Raises:
        ConflictError: the rule answers what comes in, so that nobody can be listed before.
    """
    if key not in FINDERS:
        raise ConflictError("rule_answers_at_once", "The rule answers what comes in: nobody can be listed before.")
    found: list[tuple[Cause, str]] = []
    is_more = False
    for site in sites.list_sites(session):
        scope = Scope(site.id, ZoneInfo(site.time_zone), session.now)
        causes, is_cut = _look_at_site(session, key, settings, scope, SHOWN_MAX + 1 - len(found))
        found += [(cause, site.id) for cause in causes]
        is_more |= is_cut
    shown = found[:SHOWN_MAX]
    names = members.names_of(session, {cause.member_id for cause, _ in shown})
    touched = [Touched(cause, names.get(cause.member_id, ""), site_id) for cause, site_id in shown]
    return DryRun(touched, is_more or len(found) > SHOWN_MAX)


def _look_at_site(
    session: UnitOfWork, key: RuleKey, settings: RuleSettings, scope: Scope, limit: int
) -> tuple[list[Cause], bool]:
    fresh: list[Cause] = []
    after: Place = None
    for _ in range(_LOOKS_MAX):
        if len(fresh) >= limit:
            return fresh[:limit], True
        found = FINDERS[key](session, scope, settings, after=after, limit=AT_ONCE)
        fresh += cards.list_fresh(session, key, found.causes)
        if found.next is None:
            return fresh[:limit], len(fresh) > limit
        after = found.next
    return fresh[:limit], True
