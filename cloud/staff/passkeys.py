"""Passkeys of staff (WebAuthn Level 2): made and removed by whom they belong to, each with a name.

The authenticator checks the person (PIN, finger, face) before it signs, so that a passkey is both factors in one.
The library is imported where it is used: a service whose staff sign in with passwords does without its 6 MB.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select

from cloud.audit import service as audit
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.staff.models import StaffPasskey
from cloud.staff.passkey_challenges import CHALLENGE_LIFE_S
from cloud.staff.relying_party import RelyingParty
from cloud.staff.service import SignedIn

if TYPE_CHECKING:
    from webauthn.registration.verify_registration_response import VerifiedRegistration

PASSKEYS_MAX: Final = 10
ANSWER_CHARACTERS_MAX: Final = 20_000
_CREDENTIAL_ID_BYTES_MAX: Final = 1023


def list_of(session: UnitOfWork, staff_id: str) -> Sequence[StaffPasskey]:
    """Somebody's passkeys, the oldest first."""
    query = select(StaffPasskey).where(StaffPasskey.staff_id == staff_id).order_by(StaffPasskey.id)
    return session.scalars(query.limit(PASSKEYS_MAX)).all()


def creation_options(session: UnitOfWork, who: SignedIn, party: RelyingParty, challenge: bytes) -> str:
    """What the browser is to ask an authenticator for, as JSON: a passkey that it finds by itself, behind a check.

    Raises:
        ConflictError: they have `PASSKEYS_MAX` already.
    """
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    present = list_of(session, who.staff_id)
    _check_room(present)
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Tornello",
        user_id=who.staff_id.encode(),
        user_name=who.email,
        user_display_name=who.name,
        challenge=challenge,
        timeout=CHALLENGE_LIFE_S * 1000,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=each.credential_id) for each in present],
    )
    return options_to_json(options)


def register(
    session: UnitOfWork, who: SignedIn, party: RelyingParty, challenge: bytes, *, name: str, answer: str
) -> StaffPasskey:
    """Keep the passkey that an authenticator made for this challenge.

    Args:
        answer: the credential as the browser gives it, as JSON.

    Raises:
        InvalidError: no name, or an answer that is none to this challenge at this address.
        ConflictError: the passkey is known already, or they have `PASSKEYS_MAX`.
    """
    _check_room(list_of(session, who.staff_id))
    if not 0 < len(name.strip()) <= 80 or not name.isprintable():
        raise invalid_field("name", "bad_length", "Use 1 to 80 characters.")
    made = _verified(party, challenge, answer)
    if session.scalar(select(StaffPasskey.id).where(StaffPasskey.credential_id == made.credential_id)):
        raise ConflictError("passkey_known", "This passkey is known already.")
    passkey = StaffPasskey(
        id=new_id("pky"),
        staff_id=who.staff_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name.strip(),
        created_at=session.now,
        last_used_at=None,
    )
    session.add(passkey)
    session.flush()
    audit.record(session, who.actor, "staff.passkey_add", entity=("staff", who.staff_id), after={"name": passkey.name})
    return passkey


def get_own(session: UnitOfWork, who: SignedIn, passkey_id: str) -> StaffPasskey:
    """One of one's own.

    Raises:
        NotFoundError: they have none with this id.
    """
    passkey = session.get(StaffPasskey, passkey_id)
    if passkey is None or passkey.staff_id != who.staff_id:
        raise not_found("passkey", passkey_id)
    return passkey


def remove(session: UnitOfWork, who: SignedIn, passkey_id: str) -> None:
    """Let one of one's own passkeys open nothing any more.

    Raises:
        NotFoundError: they have none with this id.
    """
    passkey = get_own(session, who, passkey_id)
    session.execute(delete(StaffPasskey).where(StaffPasskey.id == passkey.id))
    entity = ("staff", who.staff_id)
    audit.record(session, who.actor, "staff.passkey_remove", entity=entity, before={"name": passkey.name})


def malformed() -> tuple[type[Exception], ...]:
    """What reading an answer raises that no authenticator gives."""
    from webauthn.helpers.exceptions import WebAuthnException

    return WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError


def parsed(answer: str) -> dict[str, Any]:
    """The answer of a browser as JSON object.

    Raises:
        One of `malformed()`: it is none.
    """
    if len(answer) > ANSWER_CHARACTERS_MAX:
        raise ValueError("too long")
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _check_room(present: Sequence[StaffPasskey]) -> None:
    if len(present) >= PASSKEYS_MAX:
        raise ConflictError("too_many_passkeys", f"There are {PASSKEYS_MAX} passkeys; remove one first.")


def _verified(party: RelyingParty, challenge: bytes, answer: str) -> "VerifiedRegistration":
    from webauthn import verify_registration_response
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

    try:
        made = verify_registration_response(
            credential=parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
        decoded_public_key_to_cryptography(decode_credential_public_key(made.credential_public_key))
    except malformed() as error:
        raise _refused() from error
    if not 0 < len(made.credential_id) <= _CREDENTIAL_ID_BYTES_MAX:
        raise _refused()
    return made


def _refused() -> InvalidError:
    return invalid_field("form", "passkey_refused", "The authenticator's answer cannot be accepted.")
