"""Recurring contracts go on by themselves, so far ahead that gates which are cut off know what is due.

A gate may be offline for as long as the site's lease says, 90 days at most. What is asked for within that time is asked
for before, so that each reminder and block is in the gate's state when its day comes.

Thousands are due on the first of a month: they go on in lots, each with a few statements for all of it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from cloud.audit.service import Actor
from cloud.billing import instalments
from cloud.billing.instalments import InstalmentDetails
from cloud.contracts import recording, repository
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.domain_events import ContractsProlonged
from cloud.kit.clock import local_day
from cloud.plans.policy import Length, LengthUnit, last_day

AHEAD: Final = timedelta(days=100)
PROLONGED_AT_ONCE: Final = 25
_WORKER: Final = Actor("system", "prolong-contracts")


def prolong(session: UnitOfWork, due: Sequence[tuple[Contract, date]]) -> int:
    """Add periods to contracts until each runs for 100 days from its day, today at its site; how many went on.

    One with 60 unpaid instalments goes on no more: somebody has to decide about it.
    """
    rooms = instalments.rooms(session, [contract.id for contract, _ in due])
    prolonged = []
    for contract, today in due:
        before = contract.ends_on
        asked = _add_periods(contract, today + AHEAD, rooms[contract.id])
        if contract.ends_on == before:
            continue
        instalments.add(session, contract.id, contract.member_id, asked)
        told, after = {"ends_on": before}, {"ends_on": contract.ends_on}
        recording.note(session, _WORKER, contract, "contract.prolong", before=told, after=after)
        prolonged.append((contract.id, contract.member_id))
    session.flush()
    if prolonged:
        session.publish(ContractsProlonged(tuple(prolonged)))
    return len(prolonged)


def prolong_some(session: UnitOfWork) -> int:
    """Prolong some of the recurring contracts that end within 100 days; how many, 0 when all are done."""
    earliest = session.now.date() - timedelta(days=1)  # wherever the site is, its day is this one or a later one
    due = repository.list_renewing(session, ends_before=earliest + AHEAD, limit=PROLONGED_AT_ONCE)
    return prolong(session, [(contract, local_day(session.now, ZoneInfo(zone))) for contract, zone in due])


def _add_periods(contract: Contract, until: date, room: int) -> list[InstalmentDetails]:
    """Move the contract's end, period by period, up to a day or until there is no room; what is asked for them."""
    assert contract.length is not None, "a recurring contract has a period"
    length = Length(contract.length, cast("LengthUnit", contract.length_unit))
    asked: list[InstalmentDetails] = []
    while contract.ends_on < until and len(asked) < room:
        starts_on = contract.ends_on + timedelta(days=1)
        contract.ends_on = last_day(starts_on, length, anchor_day=contract.anchor_day)
        if contract.price_minor:
            asked.append(
                InstalmentDetails(
                    amount_minor=contract.price_minor,
                    currency=contract.currency,
                    due_on=starts_on,
                    block_after_days=contract.block_after_days,
                )
            )
    return asked
