"""Issue, revoke and reactivate credentials."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import IntegrityError

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.credentials import policy, repository
from cloud.credentials.models import Credential
from cloud.credentials.policy import CredentialKind, CredentialStatus
from cloud.database import UnitOfWork
from cloud.domain_events import CredentialChanged
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.sites import service as sites

_NEEDED_FIELDS: Final[Mapping[CredentialKind, tuple[str, ...]]] = {
    "wiegand26": ("card_number",),
    "wiegand": ("card_number", "format_name"),
    "raw": ("data_hex", "bit_count"),
    "uid": ("data_hex",),
    "code": ("code",),
}
_MAIN_FIELD: Final[Mapping[CredentialKind, str]] = {kind: fields[0] for kind, fields in _NEEDED_FIELDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSpec:
    """What a member will present, as staff describe it.

    `wiegand26` needs `card_number` (`facility_code` None: the site's own); `wiegand` needs `format_name` and
    `card_number`; `raw` needs `bit_count` and `data_hex`; `uid` needs `data_hex`; `code` needs `code`.
    """

    kind: CredentialKind = "wiegand26"
    card_number: int | None = None
    facility_code: int | None = None
    bit_count: int | None = None
    data_hex: str | None = None
    format_name: str | None = None
    code: str | None = None
    label: str = ""


def issue(session: UnitOfWork, actor: Actor, member_id: str, card: CardSpec) -> Credential:
    """Give a card to a member.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: the numbers do not make a card.
        ConflictError: the card is in use; or they were erased.
    """
    member = members.take(session, member_id)
    canonical = _canonical(session, member.site_id, card)
    _check_free(session, member_id, canonical)
    credential = Credential(
        id=new_id("crd"),
        member_id=member_id,
        site_id=member.site_id,
        kind=card.kind,
        canonical=canonical,
        label=card.label,
        status="active",
        created_at=session.now,
        changed_at=session.now,
    )
    with _unique(session, canonical):
        session.add(credential)
    audit.record(
        session,
        actor,
        "credential.issue",
        entity=("credential", credential.id),
        after={"member_id": member_id, "canonical": canonical, "label": card.label},
    )
    _announce(session, credential)
    return credential


def revoke(session: UnitOfWork, actor: Actor, credential_id: str) -> Credential:
    """Let the card open nothing any more; it may then be issued to somebody else.

    Raises:
        NotFoundError: there is no such credential.
        ConflictError: it is revoked already.
    """
    credential = get(session, credential_id)
    if credential.status == "revoked":
        raise ConflictError("credential_already_revoked", "The credential is revoked already.")
    return _set_status(session, actor, credential, "revoked")


def reactivate(session: UnitOfWork, actor: Actor, credential_id: str) -> Credential:
    """Let a revoked, lost or suspended card work again.

    Raises:
        NotFoundError: there is no such credential.
        ConflictError: it is active already, or the card has been issued anew meanwhile.
    """
    credential = get(session, credential_id)
    if credential.status == "active":
        raise ConflictError("credential_already_active", "The credential is active already.")
    if credential.status == "revoked":
        _check_free(session, credential.member_id, credential.canonical)
    return _set_status(session, actor, credential, "active")


def get(session: UnitOfWork, credential_id: str) -> Credential:
    """One credential.

    Raises:
        NotFoundError: there is none with this id.
    """
    credential = session.get(Credential, credential_id)
    if credential is None:
        raise not_found("credential", credential_id)
    return credential


def list_of_members(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Credential]:
    """The credentials of some members, the oldest first."""
    return repository.list_of_members(session, member_ids)


def list_by_canonicals(session: UnitOfWork, site_id: str, canonicals: Collection[str]) -> Sequence[Credential]:
    """Every credential with one of these canonical forms whose holder uses the site, the oldest first.

    At most one of each form is in use.
    """
    return repository.list_by_canonicals(session, site_id, canonicals)


def _canonical(session: UnitOfWork, site_id: str, card: CardSpec) -> str:
    try:
        match card:
            case CardSpec(kind="wiegand26", card_number=int(number), facility_code=facility):
                if facility is None:
                    facility = sites.get_site(session, site_id).facility_code
                return policy.canonical_wiegand26(facility, number)
            case CardSpec(kind="wiegand", format_name=str(name), card_number=int(number), facility_code=facility):
                return policy.canonical_wiegand(name, facility, number)
            case CardSpec(kind="raw", bit_count=int(bit_count), data_hex=str(data_hex)):
                return policy.canonical_raw(bit_count, data_hex)
            case CardSpec(kind="uid", data_hex=str(data_hex)):
                return policy.canonical_uid(data_hex)
            case CardSpec(kind="code", code=str(code)):
                return policy.canonical_code(code)
    except policy.CardFormatError as error:
        raise invalid_field(_MAIN_FIELD[card.kind], "card_malformed", f"{str(error).capitalize()}.") from error
    needed = " and ".join(_NEEDED_FIELDS[card.kind])
    raise invalid_field(_MAIN_FIELD[card.kind], "card_incomplete", f"A credential of kind {card.kind} needs {needed}.")


def _check_free(session: UnitOfWork, member_id: str, canonical: str) -> None:
    """Raise ConflictError if the card is in use at any site that the member uses."""
    site_ids = members.site_ids_of(session, [member_id])[member_id]
    for site_id in sorted(site_ids):
        sites.lock_site(session, site_id)
    if repository.list_in_use(session, site_ids, [canonical]):
        raise _in_use(canonical)


@contextmanager
def _unique(session: UnitOfWork, canonical: str) -> Iterator[None]:
    """What is written in the block is refused alone if somebody else took the same card at the same moment."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        raise _in_use(canonical) from error


def _in_use(canonical: str) -> ConflictError:
    return ConflictError("credential_in_use", f"The card {canonical} is in use; revoke it there first.")


def _set_status(session: UnitOfWork, actor: Actor, credential: Credential, status: CredentialStatus) -> Credential:
    before = credential.status
    with _unique(session, credential.canonical):
        credential.status = status
        credential.changed_at = session.now
    action = "credential.revoke" if status == "revoked" else "credential.reactivate"
    audit.record(
        session,
        actor,
        action,
        entity=("credential", credential.id),
        before={"status": before},
        after={"status": status},
    )
    _announce(session, credential)
    return credential


def _announce(session: UnitOfWork, credential: Credential) -> None:
    held = repository.list_of_members(session, [credential.member_id])
    numbers = [policy.printed_number(card.canonical) for card in held if card.status != "revoked"]
    members.note_card_numbers(session, credential.member_id, numbers)
    session.publish(CredentialChanged(credential.id, credential.member_id))
