"""From what a transaction changed to the rows of the desired state: one revision for each transaction and site.

Handlers only note whom a change concerns. At the end of the transaction each of them is projected anew and compared
with what is stored; rows whose bytes differ get the next revision. The head is locked before anything is read, so that
of two transactions about one member the later one sees what the earlier one did, and revisions follow commits.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from cloud.access_rules import levels, schedules, special_days, zones
from cloud.action_types.models import ActionType
from cloud.billing import instalments
from cloud.bookings import service as bookings
from cloud.bookings.models import Booking
from cloud.contracts import service as contracts
from cloud.contracts.models import Contract
from cloud.credentials import service as credentials
from cloud.database import UnitOfWork
from cloud.desired_state import history, policy_rows, repository, rows
from cloud.desired_state.models import DesiredRow, RevisionTime, StateHead
from cloud.flags import service as flags
from cloud.members import service as members
from cloud.members.erasures import erased_among
from cloud.sites import service as sites
from cloud.sites.models import Site
from cloud.tasks import service as tasks
from cloud.tasks.models import Task
from sync_protocol.digest import Digest
from sync_protocol.state_rows import CredentialRow, EntitlementRow, FlagRow, StateRow, encode_row, parse_row, row_key

MEMBERS_AT_ONCE: Final = 500
_PENDING: Final = "desired_state.pending"


@dataclass(slots=True)
class _Pending:
    """Whom the transaction concerns; `left` are sites and members who use them no more."""

    site_ids: set[str] = field(default_factory=set)
    member_ids: set[str] = field(default_factory=set)
    left: set[tuple[str, str]] = field(default_factory=set)


def note_site(session: UnitOfWork, site_id: str) -> None:
    """The site's rules may have changed."""
    _pending(session).site_ids.add(site_id)


def note_member(session: UnitOfWork, member_id: str) -> None:
    """Something about the member may have changed."""
    _pending(session).member_ids.add(member_id)


def note_member_at_site(session: UnitOfWork, member_id: str, site_id: str) -> None:
    """The member uses the site no more."""
    _pending(session).left.add((site_id, member_id))


def note_everybody(session: UnitOfWork, site_id: str) -> None:
    """Something that bears on each member of the site may have changed."""
    _pending(session).member_ids.update(members.list_ids_of_site(session, site_id))


def write_pending(session: UnitOfWork) -> None:
    """Write what was noted so far in this transaction."""
    pending: _Pending = session.info.pop(_PENDING, _Pending())
    if not (pending.site_ids or pending.member_ids or pending.left):
        return
    session.flush()
    # A second session on the same transaction: what the caller has loaded may be older than the lock on the head.
    with session.beside() as fresh:
        affected: dict[str, set[str]] = {site_id: set() for site_id in pending.site_ids}
        for some in _batches(sorted(pending.member_ids)):
            for member_id, site_ids in members.site_ids_of(fresh, some).items():
                for site_id in site_ids:
                    affected.setdefault(site_id, set()).add(member_id)
        for site_id, member_id in pending.left:
            affected.setdefault(site_id, set()).add(member_id)
        fresh.expunge_all()
        for site_id in sorted(affected):
            if _write_site(fresh, site_id, sorted(affected[site_id]), is_site_changed=site_id in pending.site_ids):
                session.wake_after_commit("desired_state")
        fresh.flush()


def _pending(session: UnitOfWork) -> _Pending:
    session.before_commit("desired_state", write_pending)
    pending: _Pending = session.info.setdefault(_PENDING, _Pending())
    return pending


def _write_site(fresh: UnitOfWork, site_id: str, member_ids: list[str], *, is_site_changed: bool) -> bool:
    head = repository.lock_head(fresh, site_id)
    site = sites.get_site(fresh, site_id)
    changes = _Changes(fresh, head)
    if is_site_changed:
        changes.compare(repository.list_policy_rows(fresh, site_id), _policy_of(fresh, site))
    for some in _batches(member_ids):
        wanted = list(rows_of(fresh, site, some))
        changes.compare(repository.list_rows_of(fresh, site_id, some, [row_key(row) for row in wanted]), wanted)
    return changes.finish()


def _policy_of(fresh: UnitOfWork, site: Site) -> list[StateRow]:
    places = {place.lane_id: place for place in zones.list_places(fresh, site.id)}
    gateways = {gateway.lane_id: gateway.id for gateway in sites.list_gateways(fresh, site.id)}
    days = special_days.list_of_site(fresh, site.id)
    return [
        policy_rows.site_row(site),
        *([policy_rows.calendar_row(site.id, days)] if days else []),
        *(policy_rows.zone_row(zone) for zone in zones.list_of_site(fresh, site.id)),
        *(
            policy_rows.lane_row(lane.id, places.get(lane.id), gateways.get(lane.id, ""))
            for lane in sites.list_lanes(fresh, site.id)
        ),
        *(policy_rows.schedule_row(schedule) for schedule in schedules.list_of_site(fresh, site.id)),
        *(policy_rows.level_row(level) for level in levels.list_of_site(fresh, site.id)),
    ]


def rows_of(fresh: UnitOfWork, site: Site, member_ids: list[str]) -> Iterator[StateRow]:
    """What the gates of a site shall know of some members; nothing of those who do not use it or are erased."""
    uses = members.site_ids_of(fresh, member_ids)
    erased = erased_among(fresh, member_ids)
    present = [each for each in member_ids if site.id in uses.get(each, ()) and each not in erased]
    bought: dict[str, list[Contract]] = defaultdict(list)
    for contract in contracts.list_of_members(fresh, present):
        bought[contract.member_id].append(contract)
    booked: dict[str, list[Booking]] = defaultdict(list)
    for booking in bookings.list_standing(fresh, present):
        if booking.site_id == site.id:
            booked[booking.member_id].append(booking)
    owed = instalments.open_dues(fresh, present)
    to_do: dict[str, list[tuple[Task, ActionType]]] = defaultdict(list)
    for task, action_type in tasks.list_at_the_gate(fresh, present):
        to_do[task.member_id].append((task, action_type))
    for member in members.list_by_ids(fresh, present):
        yield rows.entitlement_row(member, bought[member.id], booked[member.id], site)
        yield from rows.dues_rows(member.id, owed.get(member.id, {}), ZoneInfo(site.time_zone))
        yield from rows.standing_rows(member, site)
        yield from rows.task_rows(member, to_do[member.id])
    for flag in flags.list_standing(fresh, present):
        yield rows.flag_row(flag)
    canonicals = {credential.canonical for credential in credentials.list_of_members(fresh, present)}
    for credential in rows.holders(credentials.list_by_canonicals(fresh, site.id, canonicals)):
        yield rows.credential_row(credential, site)


def _batches(member_ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(member_ids), MEMBERS_AT_ONCE):
        yield member_ids[start : start + MEMBERS_AT_ONCE]


class _Changes:
    """Collects the rows that differ; they all get the revision behind the head's."""

    def __init__(self, fresh: UnitOfWork, head: StateHead) -> None:
        self._fresh = fresh
        self._head = head
        self._revision = head.revision + 1
        self._digest = Digest(head.digest)
        self._is_dirty = False
        self._retired: list[dict[str, Any]] = []

    def compare(self, stored: Mapping[str, DesiredRow], wanted: list[StateRow]) -> None:
        """Write what differs between the rows that are wanted and those stored for the same members, or the site."""
        by_key = {row_key(row): row for row in wanted}
        for key, row in by_key.items():
            self._put(stored.get(key), key, row)
        for key, old in stored.items():
            if key not in by_key and not old.is_deleted:
                self._retire(old)
                self._write(old, b"", is_deleted=True)
        history.keep(self._fresh, self._retired)
        self._retired.clear()

    def finish(self) -> bool:
        """Move the head if anything was written; whether it was."""
        if self._is_dirty:
            self._head.revision, self._head.digest = self._revision, self._digest.to_bytes()
            made = RevisionTime(site_id=self._head.site_id, revision=self._revision, made_at=self._fresh.now)
            self._fresh.add(made)
        return self._is_dirty

    def _put(self, old: DesiredRow | None, key: str, row: StateRow) -> None:
        body = body_of(row)
        if old is None:
            old = DesiredRow(site_id=self._head.site_id, key=key, is_deleted=True, body=b"")
            self._fresh.add(old)
        elif not old.is_deleted and old.body == body:
            return
        if not old.is_deleted:
            self._retire(old)
        self._digest.add(key, body)
        old.member_id = member_of(row)
        self._write(old, body, is_deleted=False)

    def _retire(self, old: DesiredRow) -> None:
        """What the row says now holds until before the new revision."""
        self._digest.remove(old.key, old.body)
        self._retired.append(history.last_words(old, self._revision, self._fresh.now))

    def _write(self, row: DesiredRow, body: bytes, *, is_deleted: bool) -> None:
        row.body, row.is_deleted, row.revision = body, is_deleted, self._revision
        self._is_dirty = True


def body_of(row: StateRow) -> bytes:
    """The bytes of a row, read back: one that gates cannot read would keep a whole state from all gates of a site."""
    body = encode_row(row)
    assert parse_row(body) == row, "a row that no gate can read"
    return body


def member_of(row: StateRow) -> str | None:
    """Whom a row is made for; None: the site itself."""
    match row:
        case CredentialRow() | EntitlementRow() | FlagRow():
            return row.member_id
        case _:
            return None
