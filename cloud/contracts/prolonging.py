"""Recurring contracts go on by themselves, so far ahead that gates which are cut off know what is due.

A gate may be offline for as long as the site's lease says, 90 days at most. What is asked for within that time is asked
for before, so that each reminder and block is in the gate's state when its day comes.
"""

from datetime import date, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from cloud.audit.service import Actor
from cloud.billing import instalments
from cloud.billing.instalments import InstalmentDetails
from cloud.contracts import recording, repository
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.members import service as members
from cloud.plans.policy import Length, LengthUnit, last_day
from cloud.sites import service as sites

AHEAD: Final = timedelta(days=100)
PROLONGED_AT_ONCE: Final = 200
_WORKER: Final = Actor("system", "prolong-contracts")


def prolong(session: UnitOfWork, contract: Contract, today: date) -> int:
    """Add periods until the contract runs for 100 days from today; how many.

    One with 60 unpaid instalments goes on no more: somebody has to decide about it.
    """
    assert contract.length is not None, "a recurring contract has a period"
    length = Length(contract.length, cast("LengthUnit", contract.length_unit))
    before, count = contract.ends_on, 0
    while contract.ends_on < today + AHEAD and instalments.has_room(session, contract.id):
        starts_on = contract.ends_on + timedelta(days=1)
        contract.ends_on = last_day(starts_on, length, anchor_day=contract.anchor_day)
        _ask(session, contract, starts_on)
        count += 1
    if count:
        after = {"ends_on": contract.ends_on}
        recording.record(session, _WORKER, contract, "contract.prolong", before={"ends_on": before}, after=after)
    return count


def prolong_some(session: UnitOfWork) -> int:
    """Prolong some of the recurring contracts that end within 100 days; how many, 0 when all are done."""
    earliest = session.now.date() - timedelta(days=1)  # wherever the site is, its day is this one or a later one
    due = repository.list_renewing(session, ends_before=earliest + AHEAD, limit=PROLONGED_AT_ONCE)
    homes = {member.id: member.site_id for member in members.list_by_ids(session, [one.member_id for one in due])}
    zones = {site.id: ZoneInfo(site.time_zone) for site in sites.list_sites(session)}
    return sum(
        prolong(session, contract, local_day(session.now, zones[homes[contract.member_id]])) > 0 for contract in due
    )


def _ask(session: UnitOfWork, contract: Contract, due_on: date) -> None:
    if contract.price_minor == 0:
        return
    part = InstalmentDetails(
        amount_minor=contract.price_minor,
        currency=contract.currency,
        due_on=due_on,
        block_after_days=contract.block_after_days,
    )
    instalments.ask_for(session, contract.id, contract.member_id, [part])
