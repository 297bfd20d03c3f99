"""What the club has set each rule to; changed by managers, with audit."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.card_rules import policy
from cloud.card_rules.models import CardRule
from cloud.card_rules.policy import ABSENCE_KEYS, KINDS, RULE_KEYS, RuleKey
from cloud.database import UnitOfWork
from cloud.errors import invalid_field, not_found
from cloud.kit.i18n import Language
from cloud.tasks import service as tasks

AT_SEVEN: Final = 7 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """How a rule is set; the attributes are those of `models.CardRule`."""

    is_on: bool = False
    amount: int
    minute_of_day: int = AT_SEVEN
    action_type_id: str | None = None
    operator_id: str | None = None
    text: str = ""
    language: Language = "en"
    days_to_complete: int | None = 1


def get(session: UnitOfWork, key: str) -> RuleSettings:
    """How a rule is set.

    Raises:
        NotFoundError: there is no such rule.
    """
    return _settings(_check_key(key), session.get(CardRule, key))


def list_all(session: UnitOfWork) -> dict[RuleKey, RuleSettings]:
    """Every rule, in the order of `policy.RULE_KEYS`."""
    rows = {row.key: row for row in session.scalars(select(CardRule))}
    return {key: _settings(key, rows.get(key)) for key in RULE_KEYS}


def lock_if_on(session: UnitOfWork, key: RuleKey) -> RuleSettings | None:
    """A rule that is on, kept from everybody else until the transaction ends: cards of it are begun one by one."""
    query = select(CardRule).where(CardRule.key == key, CardRule.is_on).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    return None if row is None else _settings(key, row)


def change(session: UnitOfWork, actor: Actor, key: str, changes: Mapping[str, Any]) -> RuleSettings:
    """Change some of `RuleSettings`' attributes.

    Raises:
        NotFoundError: there is no such rule.
        InvalidError: a value is out of its range, the type or the operator cannot be used, or a text or the type is
            missing.
    """
    known = _check_key(key)
    row = session.scalar(select(CardRule).where(CardRule.key == key).with_for_update())
    before = asdict(_settings(known, row))
    after = before | dict(changes)
    if row is not None and before == after:
        return RuleSettings(**after)
    _check(session, known, after)
    if row is None:
        row = CardRule(key=key, changed_at=session.now, **after)
        session.add(row)
    else:
        for name, value in changes.items():
            setattr(row, name, value)
        row.changed_at = session.now
    session.flush()
    told = {name: value for name, value in after.items() if value != before[name]}
    audit.record(
        session,
        actor,
        "card_rule.change",
        entity=("card_rule", key),
        before={name: before[name] for name in told},
        after=told,
    )
    return RuleSettings(**after)


def with_amount(key: RuleKey, settings: RuleSettings, amount: int | None) -> RuleSettings:
    """The settings with other days or minutes, to try them; None: as they are.

    Raises:
        InvalidError: it is out of its range.
    """
    if amount is None:
        return settings
    _check_amount(key, amount)
    return replace(settings, amount=amount)


def _check_amount(key: RuleKey, amount: int) -> None:
    kind = KINDS[key]
    if not (1 if kind.unit == "days" else 0) <= amount <= kind.most:
        raise invalid_field("amount", "amount_out_of_range", f"Within {kind.most} {kind.unit}.")


def _check(session: UnitOfWork, key: RuleKey, values: Mapping[str, Any]) -> None:
    _check_amount(key, values["amount"])
    if key in ABSENCE_KEYS and values["is_on"] and values["amount"] in _other_stages(session, key):
        raise invalid_field("amount", "amount_taken", "Another rule about absences has this number of days.")
    if values["action_type_id"] is None:
        raise invalid_field("action_type_id", "unknown_type", "Choose the type of its tasks.")
    tasks.check_details(session, {name: values[name] for name in ("action_type_id", "operator_id")})
    if not values["text"].strip():
        raise invalid_field("text", "text_missing", "Say what is to be done.")
    try:
        policy.check_text(values["text"])
    except ValueError as error:
        raise invalid_field("text", "unknown_placeholder", f"{error}.") from error


def _other_stages(session: UnitOfWork, key: RuleKey) -> set[int]:
    everything = list_all(session)
    return {each.amount for name, each in everything.items() if name in ABSENCE_KEYS and name != key and each.is_on}


def _settings(key: RuleKey, row: CardRule | None) -> RuleSettings:
    if row is None:
        return RuleSettings(amount=KINDS[key].usual)
    return RuleSettings(**{name: getattr(row, name) for name in RuleSettings.__dataclass_fields__})


def _check_key(key: str) -> RuleKey:
    for known in RULE_KEYS:
        if known == key:
            return known
    raise not_found("card_rule", key)
