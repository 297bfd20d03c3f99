"""See, export and erase everything that is kept about a person, table by table as `treatments` says."""

import base64
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, Table, delete, func, or_, select, update

from cloud.access_events.models import AccessEvent
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.audit.verification import ERASURE
from cloud.billing.models import Instalment
from cloud.bookings import service as bookings
from cloud.bookings.models import Booking
from cloud.class_sessions import service as class_sessions
from cloud.contracts.models import Contract
from cloud.database import Base, UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.desired_state.models import PastRow
from cloud.domain_events import MemberChanged, MemberLeftSite
from cloud.errors import ConflictError, invalid_field
from cloud.members import service as members
from cloud.members.erasures import Erasure, erased_among, wait_for_writers
from cloud.members.models import Member, MergedMember
from cloud.personal_data.treatments import ALSO_NAMED_IN, REASONED, TOLD_OF, TREATMENTS, WAYS, Gone, Kept

ROWS_MAX: Final = 100_000
"""How many rows of one table an export holds at most, the newest."""
EVENTS_AT_ONCE: Final = 500
# What a journal event's body may say about the person, and what takes its place.
_OF_EVENT: Final[Mapping[str, Any]] = {"text": "", "credential_hash": ""}

Row = dict[str, Any]


def gather(session: UnitOfWork, member_id: str, *, rows_max: int = ROWS_MAX) -> dict[str, list[Row]]:
    """All that is kept about a member, by table: what can be read of each row. Empty tables are left out.

    Raises:
        NotFoundError: there is no such member.
    """
    members.get(session, member_id)
    found = {name: list(_read(session, Base.metadata.tables[name], member_id, rows_max)) for name in TREATMENTS}
    return {name: rows for name, rows in found.items() if rows}


def export(session: UnitOfWork, actor: Actor, member_id: str) -> bytes:
    """What `gather` finds, as a ZIP file with one JSON file; the log says who took it.

    Raises:
        NotFoundError: there is no such member.
    """
    data = {"member_id": member_id, "made_at": session.now.isoformat(), "kept": gather(session, member_id)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", json.dumps(data, ensure_ascii=False, indent=1))
    audit.record(session, actor, "person.export", entity=("member", member_id))
    return packed.getvalue()


def erase(session: UnitOfWork, actor: Actor, member_id: str, *, typed_name: str) -> None:
    """Take the person out of everything; accounting and access history stay, about nobody.

    The gateways forget them with the next revision. It cannot be undone.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: `typed_name` is not the member's name.
        ConflictError: they were erased already, something is still to be paid, or a contract goes on by itself.
    """
    _take_sessions_ahead(session, member_id)
    wait_for_writers(session, [member_id])
    member = members.get(session, member_id)
    _check_erasable(session, member, typed_name)
    site_ids = members.site_ids_of(session, [member_id])[member_id]
    for booking in bookings.list_standing(session, [member_id]):
        if booking.starts_at > session.now and booking.attended_at is None:
            bookings.cancel(session, actor, booking.id)  # somebody else may have the seat
    old_ids = session.scalars(select(MergedMember.old_id).where(MergedMember.member_id == member_id)).all()
    entities = [("member", old_id) for old_id in old_ids] + list(_entities(session, member_id))
    emptied = audit.empty_entries(session, entities)
    emptied += audit.empty_entries(session, list(_accounts(session, member_id)), actions=REASONED)
    session.add(Erasure(member_id=member_id, erased_at=session.now, erased_by=actor.id))
    session.flush()
    _erase_events(session, member_id)
    for table in reversed(Base.metadata.sorted_tables):
        if (treatment := TREATMENTS.get(table.name)) is not None:
            _treat(session, table, treatment, member_id)
    session.expire_all()
    for site_id in sorted(site_ids - {member.site_id}):
        session.publish(MemberLeftSite(member_id, site_id))
    session.publish(MemberChanged(member_id))
    desired_state.settle(session)
    names = [member_id, *old_ids]
    session.execute(delete(PastRow).where(PastRow.member_id.in_(names)))  # also what has just become past
    audit.record(session, actor, ERASURE, entity=("member", member_id), after={"erased_entries": sorted(emptied)})


def _take_sessions_ahead(session: UnitOfWork, member_id: str) -> None:
    """Take the sessions whose seats will be free: all who book take the session first, and then the person."""
    ahead = select(Booking.session_id).where(
        Booking.member_id == member_id, Booking.starts_at > session.now, Booking.cancelled_at.is_(None)
    )
    for session_id in session.scalars(ahead.distinct().order_by(Booking.session_id)).all():
        class_sessions.take(session, session_id)


def _check_erasable(session: UnitOfWork, member: Member, typed_name: str) -> None:
    if erased_among(session, [member.id]):
        raise ConflictError("erased_already", "This person was erased already.")
    if " ".join(typed_name.split()).casefold() != " ".join(member.name.split()).casefold():
        raise invalid_field("typed_name", "other_name", "Type the member's name as it stands on the card.")
    is_open = Instalment.paid_at.is_(None) & Instalment.cancelled_at.is_(None)
    if session.scalar(select(func.count()).select_from(Instalment).where(Instalment.member_id == member.id, is_open)):
        raise ConflictError("dues_open", "Something is still to be paid: settle or cancel it first.")
    query = select(func.count()).select_from(Contract).where(Contract.member_id == member.id, Contract.is_renewing)
    if session.scalar(query):
        raise ConflictError("contract_goes_on", "A contract goes on by itself: end it first.")


def _rows(table: Table, member_id: str) -> Any:
    """The condition under which a row of the table is about the member."""
    if table.name == "member":
        return table.c.id == member_id
    if table.name in WAYS:
        column, towards = WAYS[table.name]
        owner = Base.metadata.tables[towards]
        return table.c[column].in_(select(owner.c.id).where(_rows(owner, member_id)))
    if table.name in ALSO_NAMED_IN:
        return or_(table.c.member_id == member_id, table.c[ALSO_NAMED_IN[table.name]] == member_id)
    return table.c.member_id == member_id


def _read(session: UnitOfWork, table: Table, member_id: str, rows_max: int) -> Iterator[Row]:
    hidden = TREATMENTS[table.name].hidden
    columns = [column for column in table.c if column.key not in hidden]
    query: Select[Any] = select(*columns).where(_rows(table, member_id)).limit(rows_max)
    for row in session.execute(query.order_by(*(key.desc() for key in table.primary_key))).mappings():
        yield {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    match value:
        case date() | datetime():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return value


def _entities(session: UnitOfWork, member_id: str) -> Iterator[tuple[str, str]]:
    """What of the member the log shall tell no details of."""
    for name in TREATMENTS:
        table = Base.metadata.tables[name]
        if name not in TOLD_OF and "id" in table.c and name not in {"access_event", "alarm"}:
            for key in session.scalars(select(table.c.id).where(_rows(table, member_id))):
                yield name, str(key)


def _accounts(session: UnitOfWork, member_id: str) -> Iterator[tuple[str, str]]:
    """What the log goes on telling the amounts of."""
    for name in TOLD_OF:
        table = Base.metadata.tables[name]
        for key in session.scalars(select(table.c.id).where(_rows(table, member_id))):
            yield name, key


def _treat(session: UnitOfWork, table: Table, treatment: Gone | Kept, member_id: str) -> None:
    condition = _rows(table, member_id)
    if isinstance(treatment, Gone):
        session.execute(delete(table).where(condition))
    elif treatment.emptied:
        session.execute(update(table).where(condition).values(dict(treatment.emptied)))


def _erase_events(session: UnitOfWork, member_id: str) -> None:
    last = 0
    while True:
        query = select(AccessEvent.id, AccessEvent.body).where(
            AccessEvent.member_id == member_id, AccessEvent.id > last
        )
        events = session.execute(query.order_by(AccessEvent.id).limit(EVENTS_AT_ONCE)).all()
        if not events:
            return
        for event_id, body in events:
            kept = body | {name: value for name, value in _OF_EVENT.items() if name in body}
            if kept != body:
                session.execute(update(AccessEvent).where(AccessEvent.id == event_id).values(body=kept))
        last = events[-1][0]
