"""The cause of an absence: a member with a running contract neither came nor booked for so many days.

An absence moves through the stages of the rules that are on, and has one card in each.
"""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_

from cloud.card_rules import policy, rules
from cloud.card_rules.causes import Cause, Found, Scope, day_of
from cloud.card_rules.contract_causes import Place
from cloud.card_rules.models import Card, LastActivity
from cloud.card_rules.policy import ABSENCE_KEYS, EndReason
from cloud.card_rules.rules import RuleSettings
from cloud.contracts import service as contracts
from cloud.contracts.policy import ContractState, contract_state
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.members.models import Member

_USABLE = frozenset({ContractState.ACTIVE, ContractState.GRACE, ContractState.EXTRA_EXPIRY})


def find_absent(session: UnitOfWork, scope: Scope, settings: RuleSettings, *, after: Place, limit: int) -> Found:
    """Who is in this stage of absence today, and has a contract to come with."""
    amounts = list_amounts(session) | {settings.amount}
    begins_at, ends_at = policy.instants(policy.stage_of(settings.amount, amounts, scope.today), scope.zone)
    query = (
        select(LastActivity)
        .join(Member, Member.id == LastActivity.member_id)
        .where(LastActivity.active_at >= begins_at, LastActivity.active_at < ends_at, Member.site_id == scope.site_id)
        .order_by(LastActivity.active_at, LastActivity.member_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(LastActivity.active_at, LastActivity.member_id) > after)
    rows = session.scalars(query).all()
    able = _with_running_contract(session, [row.member_id for row in rows], scope.today)
    causes = [_cause(row, scope) for row in rows if row.member_id in able]
    return Found(causes, (rows[-1].active_at, rows[-1].member_id) if len(rows) == limit else None)


def _cause(row: LastActivity, scope: Scope) -> Cause:
    since = local_day(row.active_at, scope.zone)
    return Cause(
        key=f"{row.member_id}:{since.isoformat()}",
        subject=row.member_id,
        member_id=row.member_id,
        words={"day": since, "days": str((scope.today - since).days)},
    )


def judge_absent(session: UnitOfWork, cards: Sequence[Card], zone: ZoneInfo) -> dict[str, EndReason]:
    """Over once the member was active again, or the absence has reached the next stage."""
    amounts: dict[str, int] = {key: settings.amount for key, settings in rules.list_all(session).items()}
    in_use = list_amounts(session)
    today = local_day(session.now, zone)
    known = {
        row.member_id: row
        for row in session.scalars(
            select(LastActivity).where(LastActivity.member_id.in_({card.member_id for card in cards}))
        )
    }
    reasons: dict[str, EndReason] = {}
    for card in cards:
        row, since, amount = known.get(card.member_id), day_of(card), amounts[card.rule_key]
        if row is None:  # two who were one person: nothing is known of their activity yet
            continue
        if local_day(row.active_at, zone) != since:
            reasons[card.id] = _what(row)
        elif any(other > amount and (today - since).days >= other for other in in_use):
            reasons[card.id] = "longer_absent"
    return reasons


def list_amounts(session: UnitOfWork) -> set[int]:
    """The days of each absence rule that is on."""
    return {
        settings.amount for key, settings in rules.list_all(session).items() if key in ABSENCE_KEYS and settings.is_on
    }


def _with_running_contract(session: UnitOfWork, member_ids: Sequence[str], today: date) -> set[str]:
    return {
        contract.member_id
        for contract in contracts.list_of_members(session, member_ids)
        if contract_state(contracts.terms_of(contract), today) in _USABLE
    }


def _what(row: LastActivity) -> EndReason:
    """What the last activity was."""
    by_part: dict[str, EndReason] = {
        "visited_at": "came_back",
        "booked_at": "booked",
        "bought_at": "bought",
        "paused_until": "frozen",
    }
    return next((reason for part, reason in by_part.items() if getattr(row, part) == row.active_at), "came_back")
