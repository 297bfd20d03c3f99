"""Whether the log is as it was written: walks the chain from its beginning and says what is wrong, and where."""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import select

from cloud.audit.chain import CHAIN_START, chain_after, digest_details
from cloud.audit.models import AuditEntry, AuditHead
from cloud.database import UnitOfWork

HEAD_ID: Final = 1
ERASURE: Final = "person.erase"
"""The action whose entry names the entries that it took a person's data out of (`erased_entries`)."""

Kind = Literal["altered", "missing", "added", "emptied", "forged_anchor"]


@dataclass(frozen=True, slots=True)
class Break:
    """What is wrong at an entry.

    `altered`: it is not as it was written, or it or one before it was put in or renumbered. `missing`: it is gone.
    `added`: it stands behind the end. `emptied`: what it told was taken out, and no erasure of a person says so.
    `forged_anchor`: the log up to it is not the one that was anchored.
    """

    seq: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Anchor:
    """The chain of an entry as somebody noted it outside of the database."""

    seq: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries were read, the chain at the end of what is whole, and what is wrong, if anything."""

    entries: int
    head: Anchor
    found: Break | None


def verify(session: UnitOfWork, anchor: Anchor | None = None) -> Verdict:
    """Walk through the whole log, and compare it with an anchor."""
    head, expected = CHAIN_START, 1
    emptied: set[int] = set()
    vouched: set[int] = set()
    found: Break | None = None
    entries = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    for entry in session.scalars(entries):
        if found := _look_at(entry, expected, head, anchor):
            break
        if entry.is_erased:
            emptied.add(entry.seq)
        elif entry.action == ERASURE:
            vouched.update((entry.after or {}).get("erased_entries", ()))
        head, expected = entry.chain, expected + 1
        session.expunge(entry)
    found = found or _end_of(session, Anchor(expected - 1, head), anchor)
    if found is None and (unexplained := emptied - vouched):
        found = Break(min(unexplained), "emptied")
    return Verdict(expected - 1, Anchor(expected - 1, head), found)


def _look_at(entry: AuditEntry, expected: int, previous: bytes, anchor: Anchor | None) -> Break | None:
    if entry.seq != expected:
        return Break(expected, "missing")
    is_whole = entry.chain == chain_after(previous, entry) and _is_told(entry)
    if not is_whole:
        return Break(expected, "altered")
    if anchor is not None and anchor.seq == expected and anchor.chain != entry.chain:
        return Break(expected, "forged_anchor")
    return None


def _is_told(entry: AuditEntry) -> bool:
    if entry.is_erased:
        return entry.before is None and entry.after is None and not entry.salt
    return entry.salt is not None and entry.details == digest_details(entry.salt, entry.before, entry.after)


def _end_of(session: UnitOfWork, end: Anchor, anchor: Anchor | None) -> Break | None:
    stored = session.get(AuditHead, HEAD_ID)
    head = Anchor(stored.seq, stored.chain) if stored else Anchor(0, CHAIN_START)
    if head.seq > end.seq or (stored is None and end.seq):
        return Break(end.seq + 1, "missing")
    if head.seq < end.seq:
        return Break(head.seq + 1, "added")
    if head.chain != end.chain:
        return Break(end.seq, "altered")
    return Break(anchor.seq, "forged_anchor") if anchor is not None and anchor.seq > end.seq else None
