"""What members bought, what of it is due, and what they paid, as rows."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise
from typing import Final

from cloud.billing.models import Charge, Instalment
from cloud.contracts import prolonging
from cloud.contracts.models import Contract
from cloud.kit.months import add_months
from cloud.plans.models import Plan
from cloud.plans.policy import DueLine, Length, Price, due_lines, last_day
from cloud.seeding.batches import Batch, seeded_id
from cloud.seeding.framework import Framework

_SHARES: Final = (55, 35, 10)
"""Of a hundred members so many have the plans of `framework`, in their order."""
_LONGER_SHARE: Final = 0.5
"""So many of the clients had a contract before."""
_OWING_SHARE: Final = 0.04
_METHODS: Final = ("card", "card", "cash", "transfer", "provider")


@dataclass(slots=True)
class Agreement:
    """A contract that will be written: `visits_used` is counted while visits are made up."""

    contract_id: str
    plan: Plan
    starts_on: date
    ends_on: date
    visits_used: int = 0

    def covers(self, day: date) -> bool:
        """Whether the gate lets in on a day, as far as the contract goes."""
        return self.starts_on <= day <= self.ends_on


class Agreements:
    """Picks and writes them, numbered as they come."""

    def __init__(self, framework: Framework, now: datetime) -> None:
        self._framework = framework
        self._now, self._today = now, now.date()
        self._contract_numbers, self._instalment_numbers, self._charge_numbers = count(), count(), count()

    def pick(self, plans: Sequence[Plan], state: str, chance: random.Random) -> list[Agreement]:
        """What somebody of this state has bought, the oldest first: a client's last one runs, a lead's are none."""
        if state == "lead":
            return []
        (plan,) = chance.choices(plans, _SHARES)
        if plan.kind == "recurring" and state == "client":
            months = chance.randrange(24)
            starts_on = add_months(self._today, -months) - timedelta(days=chance.randrange(27))
            *_, behind_on = _period_starts(starts_on, plan, self._today + prolonging.AHEAD)
            return [self._agreement(plan, starts_on, behind_on - timedelta(days=1))]
        days = (last_day(self._today, _length(plan)) - self._today).days
        ago = chance.randrange(days) if state == "client" else days + chance.randrange(30, 500)
        starts_on = self._today - timedelta(days=ago)
        found = [self._agreement(plan, starts_on, last_day(starts_on, _length(plan)))]
        if chance.random() < _LONGER_SHARE:
            before_on = starts_on - timedelta(days=days + 1 + chance.randrange(10))
            found.insert(0, self._agreement(plan, before_on, last_day(before_on, _length(plan))))
        return found

    def add(self, batch: Batch, member_id: str, bought: Sequence[Agreement], chance: random.Random) -> None:
        """The rows of contracts, instalments and charges."""
        for agreement in bought:
            if agreement.plan.visits_total is not None:
                is_over = agreement.ends_on < self._today
                agreement.visits_used = chance.randrange(agreement.plan.visits_total) + is_over
            self._add_contract(batch, member_id, agreement)
            is_owing = agreement is bought[-1] and chance.random() < _OWING_SHARE
            self._add_payments(batch, member_id, agreement, chance, is_owing=is_owing)

    def _agreement(self, plan: Plan, starts_on: date, ends_on: date) -> Agreement:
        return Agreement(seeded_id("ctr", next(self._contract_numbers)), plan, starts_on, ends_on)

    def _add_contract(self, batch: Batch, member_id: str, agreement: Agreement) -> None:
        plan = agreement.plan
        sold_at = _at_noon(agreement.starts_on)
        is_renewing = plan.kind == "recurring" and agreement.covers(self._today)
        fee_until = agreement.ends_on + timedelta(days=plan.grace_days)
        batch.add(
            Contract,
            id=agreement.contract_id,
            member_id=member_id,
            plan_id=plan.id,
            plan_name=plan.name,
            kind=plan.kind,
            starts_on=agreement.starts_on,
            ends_on=agreement.ends_on,
            fee_until=fee_until,
            use_until=fee_until + timedelta(days=plan.extra_expiry_days),
            grace_days=plan.grace_days,
            extra_expiry_days=plan.extra_expiry_days,
            visits_total=plan.visits_total,
            visits_used=agreement.visits_used,
            first_used_at=sold_at if agreement.visits_used else None,
            needs_booking=plan.needs_booking,
            guests_per_day=plan.guests_per_day,
            price_minor=plan.price_minor,
            currency=plan.currency,
            block_after_days=plan.block_after_days,
            is_renewing=is_renewing,
            length=plan.length,
            length_unit=plan.length_unit,
            anchor_day=agreement.starts_on.day if plan.kind == "recurring" else None,
            created_at=sold_at,
            changed_at=sold_at,
        )

    def _add_payments(
        self, batch: Batch, member_id: str, agreement: Agreement, chance: random.Random, *, is_owing: bool
    ) -> None:
        plan = agreement.plan
        lines = self._due_lines(agreement)
        past = [line for line in lines if line.due_on <= self._today]
        for line in lines:
            is_paid = line.due_on <= self._today and not (is_owing and line is past[-1])
            paid_at = min(_at_noon(line.due_on), self._now) if is_paid else None
            instalment_id = seeded_id("ins", next(self._instalment_numbers))
            batch.add(
                Instalment,
                id=instalment_id,
                contract_id=agreement.contract_id,
                member_id=member_id,
                amount_minor=line.amount_minor,
                paid_minor=line.amount_minor if is_paid else 0,
                currency=plan.currency,
                due_on=line.due_on,
                block_after_days=plan.block_after_days,
                paid_at=paid_at,
                created_at=_at_noon(agreement.starts_on),
            )
            if paid_at is not None:
                self._add_charge(batch, instalment_id, line.amount_minor, paid_at, chance)

    def _due_lines(self, agreement: Agreement) -> Sequence[DueLine]:
        """What was asked for; of a recurring contract since the period in which today is, or of its last one."""
        plan, starts_on = agreement.plan, agreement.starts_on
        if plan.kind == "recurring":
            begun = min(self._today, agreement.ends_on)
            periods = pairwise(_period_starts(starts_on, plan, agreement.ends_on))
            return [DueLine(day, plan.price_minor) for day, next_day in periods if next_day > begun]
        price = Price(plan.price_minor, plan.instalments_count, plan.prepayment_minor)
        return due_lines(price, sold_on=starts_on, starts_on=starts_on)

    def _add_charge(
        self, batch: Batch, instalment_id: str, amount_minor: int, paid_at: datetime, chance: random.Random
    ) -> None:
        number = next(self._charge_numbers)
        batch.add(
            Charge,
            id=seeded_id("chg", number),
            instalment_id=instalment_id,
            amount_minor=amount_minor,
            method=chance.choice(_METHODS),
            outcome="succeeded",
            failure="",
            reference="",
            idempotency_key=f"seed-{number}",
            recorded_by=self._framework.desk_ids[number % len(self._framework.desk_ids)],
            recorded_at=paid_at,
            reversal_reason="",
        )


def _length(plan: Plan) -> Length:
    return Length(plan.length, "days" if plan.length_unit == "days" else "months")


def _period_starts(starts_on: date, plan: Plan, until: date) -> Iterator[date]:
    """The first days of a recurring contract's periods, up to the first one after a day."""
    for number in count():
        day = add_months(starts_on, plan.length * number)
        yield day
        if day > until:
            return


def _at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
