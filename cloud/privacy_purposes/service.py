"""The purposes of a club: added, changed and found. A purpose that is no longer used is obsolete, never deleted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.folding import fold
from cloud.kit.ids import new_id
from cloud.privacy_purposes.models import PrivacyPurpose
from cloud.privacy_purposes.policy import PURPOSES_MAX, Basis, Channel, StandardKey, standard_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeDetails:
    """What a purpose is called by language, on what it rests, and which channels it covers (none: all)."""

    names: Mapping[str, str]
    basis: Basis
    channels: Sequence[Channel] = field(default_factory=tuple)
    is_obsolete: bool = False


def create(session: UnitOfWork, actor: Actor, details: PurposeDetails) -> PrivacyPurpose:
    """Add a purpose.

    Raises:
        InvalidError: it has no name, or one that another one has.
        ConflictError: there are 50 purposes.
    """
    if (session.scalar(select(func.count()).select_from(PrivacyPurpose)) or 0) >= PURPOSES_MAX:
        raise ConflictError("too_many", f"There are {PURPOSES_MAX} purposes already.")
    _check_names(session, details.names)
    values = _values(details)
    purpose = PrivacyPurpose(id=new_id("prp"), created_at=session.now, **values)
    session.add(purpose)
    session.flush()
    audit.record(session, actor, "privacy_purpose.create", entity=("privacy_purpose", purpose.id), after=values)
    return purpose


def change(session: UnitOfWork, actor: Actor, purpose_id: str, changes: Mapping[str, Any]) -> PrivacyPurpose:
    """Change names, channels, and whether it is obsolete; what it rests on is what people were told, and stays.

    Raises:
        NotFoundError: there is no such purpose.
        InvalidError: as for `create`.
    """
    purpose = get(session, purpose_id)
    known = {name: getattr(purpose, name) for name in PurposeDetails.__dataclass_fields__}
    told = _values(PurposeDetails(**(known | dict(changes) | {"basis": purpose.basis})))
    told = {name: value for name, value in told.items() if known[name] != value}
    if not told:
        return purpose
    if "names" in told:
        _check_names(session, told["names"], except_id=purpose_id)
    before = {name: known[name] for name in told}
    for name, value in told.items():
        setattr(purpose, name, value)
    session.flush()
    audit.record(
        session, actor, "privacy_purpose.change", entity=("privacy_purpose", purpose_id), before=before, after=told
    )
    return purpose


def get(session: UnitOfWork, purpose_id: str) -> PrivacyPurpose:
    """One purpose.

    Raises:
        NotFoundError: there is none with this id.
    """
    purpose = session.get(PrivacyPurpose, purpose_id)
    if purpose is None:
        raise not_found("privacy_purpose", purpose_id)
    return purpose


def list_all(session: UnitOfWork) -> Sequence[PrivacyPurpose]:
    """Every purpose (at most 50), the oldest first."""
    return session.scalars(select(PrivacyPurpose).order_by(PrivacyPurpose.created_at, PrivacyPurpose.id)).all()


def list_usable(session: UnitOfWork) -> list[PrivacyPurpose]:
    """The purposes that are not obsolete, the oldest first."""
    return [purpose for purpose in list_all(session) if not purpose.is_obsolete]


def names_of(session: UnitOfWork, purpose_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """What these purposes are called, by language; unknown ids are left out."""
    query = select(PrivacyPurpose.id, PrivacyPurpose.names).where(PrivacyPurpose.id.in_(sorted(set(purpose_ids))))
    return {row.id: row.names for row in session.execute(query)} if purpose_ids else {}


def check_usable(session: UnitOfWork, purpose_id: str, channel: str | None) -> None:
    """See that somebody may be approached for the purpose, and on this channel.

    Raises:
        InvalidError: there is no such purpose, it is obsolete, or does not cover the channel.
    """
    purpose = session.get(PrivacyPurpose, purpose_id)
    if purpose is None or purpose.is_obsolete:
        raise invalid_field("purpose_id", "unknown_purpose", "There is no such purpose, or it is obsolete.")
    if not covers(purpose, channel):
        raise invalid_field("next_step", "channel_not_covered", "The purpose does not cover this way of talking.")


def find_standard(session: UnitOfWork, key: StandardKey, channel: str | None) -> str | None:
    """The id of a standard purpose, if the club goes on using it for the channel."""
    purpose = session.get(PrivacyPurpose, standard_id(key))
    is_usable = purpose is not None and not purpose.is_obsolete and covers(purpose, channel)
    return standard_id(key) if is_usable else None


def covers(purpose: PrivacyPurpose, channel: str | None) -> bool:
    """Whether people may be approached for the purpose on this channel; None: on none in particular."""
    return channel is None or not purpose.channels or channel in purpose.channels


def _values(details: PurposeDetails) -> dict[str, Any]:
    names = {language: name for language, name in details.names.items() if name}
    return asdict(details) | {"names": names, "channels": sorted(set(details.channels))}


def _check_names(session: UnitOfWork, names: Mapping[str, str], *, except_id: str = "") -> None:
    wanted = {fold(name) for name in names.values() if fold(name)}
    if not wanted:
        raise invalid_field("names", "too_short", "Name it in one language at least.")
    for purpose in list_all(session):
        if purpose.id != except_id and wanted & {fold(name) for name in purpose.names.values()}:
            raise invalid_field("names", "name_taken", "Another purpose has the name already.")
