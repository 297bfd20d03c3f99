"""What is wrong with the journals, kept for staff: events put aside, altered, dropped by a full gateway, or lost.

An altered event calls staff at once, also one that is old: whoever alters a journal has had a hand in a gateway. So
does a message in a gateway's name that it has not signed: whoever sends that has had a hand in the broker.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import func, insert, select

from cloud.access_events.models import JournalFault
from cloud.database import UnitOfWork
from cloud.domain_events import JournalBroken
from cloud.kit.paging import Page, cut_page
from cloud.listing import read_cursor
from cloud.sites.models import Gateway

FaultKind = Literal["broken", "forged", "gap", "lost", "refused"]
REASON_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """broken: the hash chain does not hold before `first_seq`; gap: dropped there by a gateway that was full; lost:
    the cloud never had them, and the gateway has them no more; refused: put aside with the reason; forged: so many
    messages, 1 to `last_seq`, came in the gateway's name and were not signed by it.
    """

    kind: FaultKind
    first_seq: int
    last_seq: int
    reason: str = ""


def note(session: UnitOfWork, gateway: Gateway, epoch: str, faults: Iterable[Fault]) -> None:
    """Keep the faults, and call staff once if one of them is an altered, a lost or a forged one."""
    found = list(faults)
    if not found:
        return
    place = {"gateway_id": gateway.id, "journal_epoch": epoch, "noticed_at": session.now}
    rows = [
        {
            "kind": fault.kind,
            "first_seq": fault.first_seq,
            "last_seq": fault.last_seq,
            "reason": fault.reason[:REASON_CHARACTERS_MAX],
            **place,
        }
        for fault in found
    ]
    session.execute(insert(JournalFault), rows)
    if any(fault.kind in {"broken", "forged", "lost"} for fault in found):
        session.publish(JournalBroken(gateway.site_id, gateway.id, gateway.lane_id, session.now))
    session.wake_after_commit("gateways")


def find_page(session: UnitOfWork, gateway_id: str, *, after: str | None, limit: int) -> Page[JournalFault]:
    """The faults of a gateway's journals, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    query = select(JournalFault).where(JournalFault.gateway_id == gateway_id)
    key = read_cursor(after, int)
    if key is not None:
        query = query.where(JournalFault.id < key[0])
    rows = session.scalars(query.order_by(JournalFault.id.desc()).limit(limit + 1)).all()
    return cut_page(rows, limit, lambda row: (row.id,))


def counts(session: UnitOfWork) -> dict[str, int]:
    """How many faults each gateway's journals have; gateways without any are left out."""
    query = select(JournalFault.gateway_id, func.count().label("number")).group_by(JournalFault.gateway_id)
    return {row.gateway_id: row.number for row in session.execute(query)}
