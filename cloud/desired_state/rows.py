"""What the gates shall know about one member, as rows of the sync contract. Pure: nouns in, rows out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from cloud.contracts import policy
from cloud.contracts.models import Contract
from cloud.contracts.service import terms_of
from cloud.credentials.models import Credential
from cloud.flags.models import Flag
from cloud.members.models import Member
from sync_protocol.credential_hash import hash_credential
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


def entitlement_row(member: Member, contracts: Iterable[Contract], zone: ZoneInfo) -> EntitlementRow:
    """What a member may do. The display greets with the first name alone: it is read by everybody at the gate."""
    windows = sorted((_window(contract, zone) for contract in contracts), key=lambda window: window.ends_at)
    return EntitlementRow(
        member_id=member.id,
        display_name=member.first_name or member.last_name,
        locale=member.locale,
        windows=tuple(windows[-WINDOWS_MAX:]),
    )


def credential_row(credential: Credential, credential_key: bytes) -> CredentialRow:
    """A card, by its keyed hash."""
    return CredentialRow(
        credential_hash=hash_credential(credential_key, credential.canonical),
        member_id=credential.member_id,
        status=cast("CredentialStatus", credential.status),
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


def dues_rows(contracts: Sequence[Contract], zone: ZoneInfo) -> Iterator[FlagRow]:
    """The flags that follow from unpaid dues: a message first, a block later; the text is the standard one."""
    for contract in contracts:
        for flag in policy.dues_flags(terms_of(contract), zone):
            yield FlagRow(
                flag_id=f"dues-{contract.id}-{flag.effect}",
                member_id=contract.member_id,
                source="dues",
                effect=flag.effect,
                starts_at=_seconds(flag.starts_at),
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
    )


def _standing_order(credential: Credential) -> tuple[bool, datetime, str]:
    return credential.status != "revoked", credential.changed_at, credential.id


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
