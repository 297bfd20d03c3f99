"""What members have spent in all, and their average ticket: charges for contracts and sales at the till together."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from cloud.billing import repository as billing
from cloud.database import UnitOfWork
from cloud.sales import repository


@dataclass(frozen=True, slots=True)
class Spent:
    """In one currency: the sum in minor units, and in how many tickets: a charge that succeeded, or a sale."""

    currency: str
    total_minor: int
    tickets: int

    @property
    def average_minor(self) -> int:
        """The average ticket, to the nearest minor unit, halves up."""
        return (2 * self.total_minor + self.tickets) // (2 * self.tickets)


def spent_by(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, list[Spent]]:
    """Of each member, by currency; whoever spent nothing is left out. What was reversed or cancelled is not counted."""
    sums: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for rows in (billing.sum_collected(session, member_ids), repository.sum_sold(session, member_ids)):
        for member_id, currency, total, count in rows:
            known = sums[member_id, currency]
            sums[member_id, currency] = (known[0] + int(total), known[1] + count)
    found: dict[str, list[Spent]] = defaultdict(list)
    for (member_id, currency), (total, count) in sorted(sums.items()):
        found[member_id].append(Spent(currency, total, count))
    return dict(found)
