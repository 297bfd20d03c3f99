"""Rules of cards over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.card_rules import cards, dry_run, policy, rules, running
from cloud.card_rules.policy import KINDS, RuleKey
from cloud.card_rules.rules import RuleSettings
from cloud.card_rules.schemas import Amount, DryRunOut, RuleChange, RuleOut, RunOut, TouchedOut
from cloud.kit.paging import Page
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(prefix="/card-rules", tags=["automatic cards"])


@router.get("", dependencies=[require("tasks.read")], responses=problems(401, 403))
def list_card_rules(session: ReadSession) -> list[RuleOut]:
    """All eight of them."""
    return [_out(key, settings) for key, settings in rules.list_all(session).items()]


@router.patch("/{key}", responses=problems(401, 403, 404, 422))
def change_card_rule(
    key: RuleKey, body: RuleChange, session: Transaction, staff: SignedIn = require("action_types.write")
) -> RuleOut:
    """Set a rule, turn it on or off. `GET /card-rules/{key}/dry-run` tells whom it would touch."""
    return _out(key, rules.change(session, staff.actor, key, body.model_dump(exclude_unset=True)))


@router.get("/{key}/dry-run", dependencies=[require("tasks.read")], responses=problems(401, 403, 404, 409, 422))
def try_card_rule(
    key: RuleKey,
    session: ReadSession,
    amount: Annotated[Amount | None, Query(description="Days or minutes to try instead of those that are set.")] = None,
) -> DryRunOut:
    """Whom the rule would touch if it ran now; nobody is touched."""
    settings = rules.with_amount(key, rules.get(session, key), amount)
    found = dry_run.look(session, key, settings)
    return DryRunOut(
        touched=[
            TouchedOut(
                member_id=one.cause.member_id,
                member_name=one.member_name,
                site_id=one.site_id,
                cause=one.cause.key,
                text=policy.fill(settings.text, cards.words_of(one.cause, settings.language)),
            )
            for one in found.touched
        ],
        is_more=found.is_more,
    )


@router.get("/{key}/runs", dependencies=[require("tasks.read")], responses=problems(401, 403, 404, 422))
def list_card_rule_runs(
    key: RuleKey, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[RunOut]:
    """What the rule did, day by day, the newest first."""
    page = running.find_page(session, key, after=after, limit=limit)
    return Page(items=[RunOut.model_validate(run) for run in page.items], next=page.next)


def _out(key: RuleKey, settings: RuleSettings) -> RuleOut:
    values = {name: getattr(settings, name) for name in RuleSettings.__dataclass_fields__}
    return RuleOut(key=key, unit=KINDS[key].unit, **values)
