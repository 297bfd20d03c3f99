"""What is wrong with the journals, kept for staff: events put aside, altered, dropped by a full gateway, or lost.

An altered event calls staff at once, also one that is old: whoever alters a journal has had a hand in a gateway. So
does a message in a gateway's name that it has not signed: whoever sends that has had a hand in the broker.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, delete, func, insert, select

from cloud.access_events.models import JournalFault, RefusedEvent
from cloud.broom import keep_short
from cloud.database import Database, UnitOfWork
from cloud.domain_events import JournalBroken
from cloud.kit.paging import Page, cut_page
from cloud.listing import read_cursor
from cloud.sites.models import Gateway

FaultKind = Literal["broken", "forged", "gap", "lost", "refused"]
REASON_CHARACTERS_MAX: Final = 200
FAULTS_MAX: Final = 1_000
FORGED_MAX: Final = 100
"""So many faults of one gateway are kept, and so many more of the kind `forged`, which anybody can bring about."""
FORGED_TOGETHER_FOR: Final = timedelta(hours=1)
KEPT_FOR: Final = timedelta(days=400)
PRUNED_AT_ONCE: Final = 1_000


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
    """Keep the faults, a run of the same as one, and call staff once if an altered, a lost or a forged one begins."""
    found = _in_runs([replace(fault, reason=fault.reason[:REASON_CHARACTERS_MAX]) for fault in faults])
    if not found:
        return
    _begin(session, gateway, epoch, [fault for fault in found if not _goes_on(session, gateway, epoch, fault)])
    session.wake_after_commit("gateways")


def note_forged(session: UnitOfWork, gateway: Gateway, number: int, reason: str) -> None:
    """Keep that so many messages were forged: those of an hour are one fault, and call staff once."""
    lately = session.now - FORGED_TOGETHER_FOR
    stored = session.scalar(
        select(JournalFault)
        .where(JournalFault.gateway_id == gateway.id, JournalFault.kind == "forged", JournalFault.noticed_at > lately)
        .order_by(JournalFault.id.desc())
        .limit(1)
    )
    if stored is None:
        _begin(session, gateway, "", [Fault("forged", 1, number, reason[:REASON_CHARACTERS_MAX])])
    else:
        stored.last_seq += number
    session.wake_after_commit("gateways")


def _begin(session: UnitOfWork, gateway: Gateway, epoch: str, begun: list[Fault]) -> None:
    if begun:
        place = {"gateway_id": gateway.id, "journal_epoch": epoch, "noticed_at": session.now}
        session.execute(insert(JournalFault), [asdict(fault) | place for fault in begun])
        keep_newest(session, JournalFault, JournalFault.kind != "forged", gateway_id=gateway.id, most=FAULTS_MAX)
        keep_newest(session, JournalFault, JournalFault.kind == "forged", gateway_id=gateway.id, most=FORGED_MAX)
    if any(fault.kind in {"broken", "forged", "lost"} for fault in begun):
        session.publish(JournalBroken(gateway.site_id, gateway.id, gateway.lane_id, session.now))


def keep_newest(
    session: UnitOfWork,
    table: type[JournalFault | RefusedEvent],
    *which: ColumnElement[bool],
    gateway_id: str,
    most: int,
) -> None:
    """A gateway in a stranger's hands fills no more than this: the oldest of its rows go."""
    of_these = (table.gateway_id == gateway_id, *which)
    newest_too_many = select(table.id).where(*of_these).order_by(table.id.desc()).offset(most)
    last_id = session.scalar(newest_too_many.limit(1))
    if last_id is not None:
        session.execute(delete(table).where(*of_these, table.id <= last_id))


def prune(session: UnitOfWork) -> int:
    """Forget faults, and the events that were put aside, `KEPT_FOR` after; at most `PRUNED_AT_ONCE` of each."""
    before, count = session.now - KEPT_FOR, 0
    for table, at in ((JournalFault, JournalFault.noticed_at), (RefusedEvent, RefusedEvent.received_at)):
        ids = session.scalars(select(table.id).where(at < before).order_by(table.id).limit(PRUNED_AT_ONCE)).all()
        session.execute(delete(table).where(table.id.in_(ids)))
        count += len(ids)
    return count


def prune_some(database: Database) -> bool:
    """Forget some in a transaction of its own; whether there may be more."""
    with database.transaction() as session:
        return prune(session) >= PRUNED_AT_ONCE


async def keep_faults_short(database: Database) -> None:
    """Prune now and then until cancelled."""
    await keep_short("journal faults", prune_some, database)


def _in_runs(faults: Iterable[Fault]) -> list[Fault]:
    """Faults of one kind and reason that follow each other, as one."""
    runs: dict[tuple[str, str], Fault] = {}
    ended = []
    for fault in faults:
        key = fault.kind, fault.reason
        run = runs.get(key)
        if run is not None and run.last_seq + 1 == fault.first_seq:
            runs[key] = replace(run, last_seq=fault.last_seq)
        else:
            ended += [run] if run is not None else []
            runs[key] = fault
    return sorted([*ended, *runs.values()], key=lambda fault: fault.first_seq)


def _goes_on(session: UnitOfWork, gateway: Gateway, epoch: str, fault: Fault) -> bool:
    """Make the fault longer that ended just before this one, if there is one."""
    same = (JournalFault.kind == fault.kind, JournalFault.reason == fault.reason)
    place = (JournalFault.gateway_id == gateway.id, JournalFault.journal_epoch == epoch)
    before = JournalFault.last_seq == fault.first_seq - 1
    stored = session.scalar(select(JournalFault).where(*place, *same, before).limit(1))
    if stored is None:
        return False
    stored.last_seq, stored.noticed_at = fault.last_seq, session.now
    return True


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
