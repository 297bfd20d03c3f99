"""Signing in with a passkey, without a name and a password: the authenticator says whose it is, and proves it."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import Database
from cloud.errors import UnauthenticatedError
from cloud.staff.models import Staff, StaffPasskey
from cloud.staff.passkey_challenges import CHALLENGE_LIFE_S, challenge_of, spend
from cloud.staff.passkeys import malformed, parsed
from cloud.staff.relying_party import RelyingParty
from cloud.staff.service import SignedIn, open_session
from cloud.staff.signing_in import Caller, SignInGuard

_CREDENTIAL_CHARACTERS_MAX: Final = 1400


@dataclass(frozen=True, slots=True)
class _Claim:
    """What an answer says before it is proven: which passkey, and whose."""

    answer: dict[str, Any]
    credential_id: bytes
    staff_id: str


def request_options(party: RelyingParty, challenge: bytes) -> str:
    """What the browser is to ask authenticators for, as JSON: any passkey of this address, behind a check."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=CHALLENGE_LIFE_S * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def sign_in_by_passkey(
    database: Database, guard: SignInGuard, party: RelyingParty, *, ticket: str, answer: str, caller: Caller
) -> tuple[SignedIn, str]:
    """Open a session for whom the passkey belongs to; returns it with its token. It counts as both factors.

    Args:
        ticket: what the browser kept since it got its challenge.
        answer: the credential as the browser gives it, as JSON.

    Raises:
        TooManyRequestsError: too many attempts.
        UnauthenticatedError: the challenge is too old or used (`passkey_over`); the passkey is unknown, or its answer
            wrong (`passkey_refused`); its counter went back, as that of a copied authenticator does (`passkey_copied`).
    """
    claim = _read(answer)
    attempt = f"passkey {hashlib.sha256(claim.credential_id).hexdigest()}"
    guard.admit(attempt, caller.address)
    challenge = challenge_of(guard.key, "sign_in", "", ticket)
    with database.transaction() as session:
        is_fresh = spend(session, challenge, ticket)
    if not is_fresh:
        raise UnauthenticatedError("passkey_over", "That took too long; try again.")
    passkey_id, sign_count = _prove(database, party, claim, challenge)
    opened = _enter(database, passkey_id, sign_count, caller)
    if opened is None:
        raise UnauthenticatedError("passkey_copied", "This passkey seems to have been copied, and is refused.")
    guard.welcome(attempt)
    return opened


def _read(answer: str) -> _Claim:
    from webauthn import base64url_to_bytes

    try:
        found = parsed(answer)
        credential_id, handle = found["id"], found["response"]["userHandle"]
        if len(credential_id) > _CREDENTIAL_CHARACTERS_MAX:
            raise _refused()
        return _Claim(found, base64url_to_bytes(credential_id), base64url_to_bytes(handle).decode())
    except malformed() as error:
        raise _refused() from error


def _prove(database: Database, party: RelyingParty, claim: _Claim, challenge: bytes) -> tuple[str, int]:
    from webauthn import verify_authentication_response

    with database.session() as session:
        passkey = session.scalar(select(StaffPasskey).where(StaffPasskey.credential_id == claim.credential_id))
    # Whose it is must be the same in both places (WebAuthn Level 2, section 7.2, step 6).
    if passkey is None or passkey.staff_id != claim.staff_id:
        raise _refused()
    try:
        proof = verify_authentication_response(
            credential=claim.answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # compared below, once the signature is known to be right
            require_user_verification=True,
        )
    except malformed() as error:
        raise _refused() from error
    return passkey.id, proof.new_sign_count


def _enter(database: Database, passkey_id: str, sign_count: int, caller: Caller) -> tuple[SignedIn, str] | None:
    """The session; None where the counter went back (section 7.2, step 21), which is written down."""
    token = secrets.token_urlsafe(32)
    with database.transaction() as session:
        passkey = session.get(StaffPasskey, passkey_id, with_for_update=True)
        staff = session.get(Staff, passkey.staff_id) if passkey else None
        if passkey is None or staff is None or not staff.is_active:
            raise _refused()
        if (sign_count or passkey.sign_count) and sign_count <= passkey.sign_count:
            counts = {"name": passkey.name, "sign_count": passkey.sign_count}
            actor, entity = Actor("staff", staff.id), ("staff", staff.id)
            audit.record(
                session, actor, "staff.passkey_copied", entity=entity, before=counts, after={"sign_count": sign_count}
            )
            return None
        passkey.sign_count, passkey.last_used_at = sign_count, session.now
        return open_session(session, staff, token, caller.user_agent), token


def _refused() -> UnauthenticatedError:
    return UnauthenticatedError("passkey_refused", "This passkey is not known here.")
