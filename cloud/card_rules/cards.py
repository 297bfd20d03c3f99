"""Begin a card for a cause, and end it when the cause is over: in one transaction with the task that it is."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from babel.dates import format_date
from sqlalchemy import or_, select

from cloud.audit.service import Actor
from cloud.card_rules import policy
from cloud.card_rules.causes import Cause, Scope
from cloud.card_rules.models import Card
from cloud.card_rules.policy import EndReason, Placeholder, RuleKey
from cloud.card_rules.rules import RuleSettings
from cloud.database import UnitOfWork
from cloud.kit.ids import new_id
from cloud.kit.money import format_money
from cloud.members.erasures import erased_among, keep_from_erasure
from cloud.privacy_purposes import approach
from cloud.privacy_purposes.service import find_standard
from cloud.tasks import closing, history
from cloud.tasks import service as tasks
from cloud.tasks.models import Task
from cloud.tasks.service import TaskDetails

WORKER: Final = Actor("system", "card-rules")


@dataclass(frozen=True, slots=True)
class Begun:
    """How many cards were begun, and how many causes were left because the member has too many open tasks."""

    opened: int
    skipped: int


def open_all(session: UnitOfWork, key: RuleKey, settings: RuleSettings, causes: Sequence[Cause], scope: Scope) -> Begun:
    """Begin a card for each cause that never had one. The caller has locked the rule (`rules.lock_if_on`)."""
    keep_from_erasure(session, {cause.member_id for cause in causes})
    fresh = list_fresh(session, key, causes)
    sharing = _open_by_subject(session, key, {cause.subject for cause in fresh})
    concerned = Counter(cause.member_id for cause in fresh)
    full = set(tasks.list_full(session, concerned))
    purposes = _purposes(session, key, concerned)
    skipped = 0
    for cause in fresh:
        shared = sharing.get(cause.subject)
        if shared is not None:
            _share(session, key, cause, shared)
        elif cause.member_id in full:
            skipped += 1
        else:
            details = _details(settings, cause, scope, purposes[cause.member_id])
            task = tasks.create(session, WORKER, cause.member_id, details)
            sharing[cause.subject] = _note(session, key, cause, task.id)
            if concerned[cause.member_id] > 1:
                full |= set(tasks.list_full(session, [cause.member_id]))
    session.flush()
    return Begun(len(fresh) - skipped, skipped)


def note_again(session: UnitOfWork, key: RuleKey, subject: str) -> None:
    """Say in the history of the open card about a subject, if there is one, that its cause has come again."""
    for card in _open_by_subject(session, key, {subject}).values():
        history.write(session, WORKER, tasks.get(session, card.task_id), "again", changes={"because": key})
    session.flush()


def list_fresh(session: UnitOfWork, key: RuleKey, causes: Sequence[Cause]) -> list[Cause]:
    """Those of the causes that never had a card of this rule; nothing is begun about who was erased."""
    query = select(Card.cause).where(Card.rule_key == key, Card.cause.in_([cause.key for cause in causes]))
    known = set(session.scalars(query))
    erased = erased_among(session, {cause.member_id for cause in causes})
    return [cause for cause in causes if cause.key not in known and cause.member_id not in erased]


def end(session: UnitOfWork, card: Card, reason: EndReason) -> None:
    """Note that the cause is over; an open task is closed with it, and its history says why."""
    card.ended_at, card.end_reason = session.now, reason
    closing.end(session, WORKER, card.task_id, reason)
    session.flush()


def settle_closed(session: UnitOfWork, cards: Collection[Card]) -> list[Card]:
    """Those of the cards whose task is open; the others were ended by staff, which is noted."""
    query = select(Task.id, Task.closed_at).where(Task.id.in_([card.task_id for card in cards]))
    closed_at = {row[0]: row[1] for row in session.execute(query)}
    still = []
    for card in cards:
        if closed_at[card.task_id] is None:
            still.append(card)
        else:
            card.ended_at, card.end_reason = closed_at[card.task_id], "by_hand"
    session.flush()
    return still


def words_of(cause: Cause, language: str) -> dict[Placeholder, str]:
    """What the cause knows, in a language."""
    words: dict[Placeholder, str] = {}
    for name, value in cause.words.items():
        if isinstance(value, str):
            words[name] = value
        elif isinstance(value, tuple):
            words[name] = format_money(*value, language)
        else:
            words[name] = format_date(value, "short", locale=language)
    return words


def _details(settings: RuleSettings, cause: Cause, scope: Scope, purpose_id: str | None) -> TaskDetails:
    assert settings.action_type_id is not None, "a rule that is on has a type"
    days = settings.days_to_complete
    return TaskDetails(
        action_type_id=settings.action_type_id,
        text=policy.fill(settings.text, words_of(cause, settings.language)),
        operator_id=settings.operator_id,
        complete_by=None if days is None else scope.today + timedelta(days=days),
        next_step="call",
        purpose_id=purpose_id,
    )


def _purposes(session: UnitOfWork, key: RuleKey, member_ids: Collection[str]) -> dict[str, str | None]:
    """For what each of the members is called, if the club has the purpose and they do not object."""
    purpose_id = find_standard(session, "own_interest" if key == "unknown_caller" else "contract", "call")
    unwilling = set(approach.list_unapproachable(session, member_ids, purpose_id))
    return {member_id: None if member_id in unwilling else purpose_id for member_id in member_ids}


def _share(session: UnitOfWork, key: RuleKey, cause: Cause, shared: Card) -> None:
    """It happened again while the card is open: that is said in its history."""
    task = tasks.get(session, shared.task_id)
    history.write(session, WORKER, task, "again", changes={"because": key})
    _note(session, key, cause, shared.task_id)


def _note(session: UnitOfWork, key: RuleKey, cause: Cause, task_id: str) -> Card:
    card = Card(
        id=new_id("crd"),
        rule_key=key,
        cause=cause.key,
        subject=cause.subject,
        member_id=cause.member_id,
        task_id=task_id,
        opened_at=session.now,
    )
    session.add(card)
    session.flush()
    return card


def _open_by_subject(session: UnitOfWork, key: RuleKey, subjects: Collection[str]) -> dict[str, Card]:
    """The open card about each subject; a member is found, too, where the card was begun before two became one."""
    query = select(Card).join(Task, Task.id == Card.task_id).where(Card.rule_key == key, Card.ended_at.is_(None))
    is_about = or_(Card.subject.in_(subjects), Card.member_id.in_(subjects))
    found = session.scalars(query.where(is_about, Task.closed_at.is_(None)).order_by(Card.id))
    return {card.subject if card.subject in subjects else card.member_id: card for card in found}
