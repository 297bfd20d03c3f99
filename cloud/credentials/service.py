"""Issue, revoke and reactivate credentials."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSpec:
    """A card as staff describe it.

    `wiegand26` needs `card_number` (`facility_code` None: the site's own); `raw` needs `bit_count` and `data_hex`.
    """

    kind: CredentialKind = "wiegand26"
    card_number: int | None = None
    facility_code: int | None = None
    bit_count: int | None = None
    data_hex: str | None = None
    label: str = ""


def issue(session: UnitOfWork, actor: Actor, member_id: str, card: CardSpec) -> Credential:
    """Give a card to a member.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: the numbers do not make a card.
        ConflictError: the card is in use.
    """
    member = members.get(session, member_id)
    canonical = _canonical(session, member.site_id, card)
    _check_free(session, member.site_id, canonical)
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
        _check_free(session, credential.site_id, credential.canonical)
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
    """Every credential of a site with one of these canonical forms, the oldest first; at most one each is in use."""
    return repository.list_by_canonicals(session, site_id, canonicals)


def _canonical(session: UnitOfWork, site_id: str, card: CardSpec) -> str:
    try:
        if card.kind == "raw":
            if card.bit_count is None or card.data_hex is None:
                raise invalid_field("data_hex", "card_incomplete", "A raw card needs bit_count and data_hex.")
            return policy.canonical_raw(card.bit_count, card.data_hex)
        if card.card_number is None:
            raise invalid_field("card_number", "card_incomplete", "A 26-bit card needs card_number.")
        facility_code = card.facility_code
        if facility_code is None:
            facility_code = sites.get_site(session, site_id).facility_code
        return policy.canonical_wiegand26(facility_code, card.card_number)
    except policy.CardFormatError as error:
        field = "data_hex" if card.kind == "raw" else "card_number"
        raise invalid_field(field, "card_malformed", f"{str(error).capitalize()}.") from error


def _check_free(session: UnitOfWork, site_id: str, canonical: str) -> None:
    if repository.find_in_use(session, site_id, canonical) is not None:
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
