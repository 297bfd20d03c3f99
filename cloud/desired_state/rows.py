"""What the gates shall know about one member, as rows of the sync contract. Pure: nouns in, rows out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from access_policy.entitlement import Role
from cloud.action_types.models import ActionType
from cloud.billing.policy import Due, dues_flags
from cloud.bookings.models import Booking
from cloud.contracts import policy
from cloud.contracts.models import Contract
from cloud.contracts.service import terms_of
from cloud.credentials.models import Credential
from cloud.flags.models import Flag
from cloud.members.certificate import certificate_flags
from cloud.members.models import Member
from cloud.sites.models import Site
from cloud.tasks.models import Task
from cloud.tasks.policy import GateAction, gate_action
from sync_protocol.credential_hash import hash_credential
from sync_protocol.state_rows import Booking as BookingRow
from sync_protocol.state_rows import (
    CredentialRow,
    CredentialStatus,
    EntitlementRow,
    EntitlementWindow,
    FlagEffect,
    FlagRow,
    FlagSource,
    TimeSpan,
)

WINDOWS_MAX: Final = 24
"""How many contracts of a member the gates get to see: those that end last."""
BLACK_LIST_PRIORITY: Final = 1000
"""Above any priority that staff may give a flag."""


def entitlement_row(
    member: Member, contracts: Iterable[Contract], bookings: Iterable[Booking], site: Site
) -> EntitlementRow:
    """What a member may do. The display greets with the first name alone: it is read by everybody at the gate."""
    zone = ZoneInfo(site.time_zone)
    windows = sorted((_window(contract, zone) for contract in contracts), key=lambda window: window.ends_at)
    return EntitlementRow(
        member_id=member.id,
        display_name=member.first_name or member.last_name,
        locale=member.locale,
        windows=tuple(windows[-WINDOWS_MAX:]),
        role=cast("Role", member.role),
        bookings=tuple(_booking(booking, site) for booking in bookings),
        forgiven_at=None if member.forgiven_at is None else _seconds(member.forgiven_at),
    )


def credential_row(credential: Credential, site: Site) -> CredentialRow:
    """A card, by its keyed hash, with the PIN that was set for this site."""
    pin_hash, duress_pin_hash = credential.pin_hashes.get(site.id, ("", ""))
    return CredentialRow(
        credential_hash=hash_credential(site.credential_key, credential.canonical),
        member_id=credential.member_id,
        status=cast("CredentialStatus", credential.status),
        pin_hash=pin_hash,
        duress_pin_hash=duress_pin_hash,
    )


def holders(credentials: Iterable[Credential]) -> Iterable[Credential]:
    """Of all who ever held each card, the one whom it stands for: who holds it, else from whom it was taken last."""
    standing: dict[str, Credential] = {}
    for credential in credentials:
        rival = standing.get(credential.canonical)
        if rival is None or _standing_order(credential) > _standing_order(rival):
            standing[credential.canonical] = credential
    return standing.values()


def flag_row(flag: Flag) -> FlagRow:
    """A flag that staff raised."""
    return FlagRow(
        flag_id=flag.id,
        member_id=flag.member_id,
        source=cast("FlagSource", flag.source),
        effect=cast("FlagEffect", flag.effect),
        priority=flag.priority,
        device_kinds=tuple(flag.device_kinds),
        texts=dict(flag.texts),
        starts_at=None if flag.starts_at is None else _seconds(flag.starts_at),
        ends_at=None if flag.ends_at is None else _seconds(flag.ends_at),
    )


def dues_rows(member_id: str, dues: Mapping[str, Sequence[Due]], zone: ZoneInfo) -> Iterator[FlagRow]:
    """The flags that follow from unpaid dues by contract: a message first, a block later; the text is the standard one.

    Those that act first are kept where somebody owes for more contracts than the gates get to see.
    """
    first = sorted(dues, key=lambda contract_id: (min(due.due_on for due in dues[contract_id]), contract_id))
    for contract_id in first[:WINDOWS_MAX]:
        for flag in dues_flags(dues[contract_id], zone):
            yield FlagRow(
                flag_id=f"dues-{contract_id}-{flag.effect}",
                member_id=member_id,
                source="dues",
                effect=flag.effect,
                starts_at=_seconds(flag.starts_at),
            )


def standing_rows(member: Member, site: Site) -> Iterator[FlagRow]:
    """The flags that follow from the black list and from the medical certificate; the texts are the standard ones."""
    if member.black_listed_at is not None:
        yield FlagRow(
            flag_id=f"black-{member.id}",
            member_id=member.id,
            source="black_list",
            effect="block",
            priority=BLACK_LIST_PRIORITY,
        )
    if not site.certificate_required or member.role != "member":
        return
    zone = ZoneInfo(site.time_zone)
    for flag in certificate_flags(member.certificate_until, warn_days=site.certificate_warn_days, zone=zone):
        yield FlagRow(
            flag_id=f"certificate-{member.id}-{flag.effect}",
            member_id=member.id,
            source="certificate",
            effect=flag.effect,
            starts_at=None if flag.starts_at is None else _seconds(flag.starts_at),
            ends_at=None if flag.ends_at is None else _seconds(flag.ends_at),
        )


def task_rows(member: Member, tasks: Iterable[tuple[Task, ActionType]]) -> Iterator[FlagRow]:
    """The flags that follow from tasks; each has the id of its task."""
    for task, action_type in tasks:
        action = gate_action(action_type, member, task.complete_by)
        if action is not None:
            yield task_flag(task.id, member.id, action)


def task_flag(flag_id: str, member_id: str, action: GateAction) -> FlagRow:
    """What a task does at the gate, as a flag."""
    return FlagRow(
        flag_id=flag_id,
        member_id=member_id,
        source="task",
        effect=action.effect,
        device_kinds=action.device_kinds,
        texts=dict(action.texts),
    )


def _booking(booking: Booking, site: Site) -> BookingRow:
    """The booking with the site's minutes before and after it."""
    return BookingRow(
        booking_id=booking.id,
        opens_at=_seconds(booking.starts_at) - site.booking_minutes_before * 60,
        closes_at=_seconds(booking.ends_at) + site.booking_minutes_after * 60,
        zone_id=booking.zone_id or "",
    )


def _window(contract: Contract, zone: ZoneInfo) -> EntitlementWindow:
    terms = terms_of(contract)
    span = policy.use_span(terms, zone)
    freezes = policy.freeze_spans(terms, zone)
    return EntitlementWindow(
        contract_id=contract.id,
        starts_at=_seconds(span.starts_at),
        ends_at=_seconds(span.ends_at),
        freezes=tuple(TimeSpan(_seconds(freeze.starts_at), _seconds(freeze.ends_at)) for freeze in freezes),
        visits_left=policy.visits_left(terms),
        level_id=contract.level_id or "",
        needs_booking=contract.needs_booking,
        guests_per_day=contract.guests_per_day,
    )


def _standing_order(credential: Credential) -> tuple[bool, datetime, str]:
    return credential.status != "revoked", credential.changed_at, credential.id


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
