"""The second factor at sign-in: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for a lost one."""

import base64
import hashlib
import hmac
import secrets
import struct
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from sqlalchemy import delete, func, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field
from cloud.kit.sealed_secrets import open_secret, seal_secret
from cloud.staff.models import RecoveryCode, StaffTotp
from cloud.staff.service import SignedIn

STEP_S: Final = 30
DIGITS: Final = 6
DRIFT_STEPS: Final = 1
"""How many steps an app's clock may be off, both ways (RFC 6238, section 5.2)."""
RECOVERY_CODES: Final = 10
_SECRET_BYTES: Final = 20


def totp(secret: bytes, step: int) -> str:
    """The code of a time step: HOTP (RFC 4226, section 5.3) with SHA-1 and six digits, as every app makes it."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def is_on(session: UnitOfWork, staff_id: str) -> bool:
    """Whether somebody signs in with a second factor."""
    query = select(StaffTotp.staff_id).where(StaffTotp.staff_id == staff_id, StaffTotp.confirmed_at.is_not(None))
    return session.scalar(query) is not None


def begin(session: UnitOfWork, who: SignedIn, key: bytes) -> str:
    """Make a new secret, not yet in use; returns it in Base32, as it is typed into an app.

    Raises:
        ConflictError: there is one in use.
    """
    if is_on(session, who.staff_id):
        raise ConflictError("second_factor_on", "The second factor is on already.")
    secret = secrets.token_bytes(_SECRET_BYTES)
    sealed = seal_secret(key, secret, _context(who.staff_id))
    session.merge(StaffTotp(staff_id=who.staff_id, secret_sealed=sealed, confirmed_at=None, last_step=0))
    session.flush()
    return base64.b32encode(secret).decode()


def address_of(who: SignedIn, secret_base32: str) -> str:
    """The secret as an address that authenticator apps open."""
    label = quote(f"Tornello:{who.email}")
    return f"otpauth://totp/{label}?secret={secret_base32}&issuer=Tornello"


def confirm(session: UnitOfWork, who: SignedIn, key: bytes, code: str) -> Sequence[str]:
    """Take the secret into use, shown by a code that the app made; returns the recovery codes, once.

    Raises:
        InvalidError: the code is wrong, or `begin` was never called.
    """
    row = session.get(StaffTotp, who.staff_id)
    if row is None or row.confirmed_at is not None or not _take_code(session, row, key, code):
        raise invalid_field("code", "wrong_code", "The code is wrong. Type the one that the app shows now.")
    row.confirmed_at = session.now
    codes = ["-".join(secrets.token_hex(3) for _ in range(2)) for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == who.staff_id))
    session.add_all(RecoveryCode(code_hash=_hash(who.staff_id, each), staff_id=who.staff_id) for each in codes)
    session.flush()
    audit.record(session, who.actor, "staff.second_factor_on", entity=("staff", who.staff_id))
    return codes


def remove(session: UnitOfWork, actor: Actor, staff_id: str) -> None:
    """Let somebody sign in by their password alone."""
    session.execute(delete(StaffTotp).where(StaffTotp.staff_id == staff_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    audit.record(session, actor, "staff.second_factor_off", entity=("staff", staff_id))


def count_recovery_codes(session: UnitOfWork, staff_id: str) -> int:
    """How many recovery codes somebody has left."""
    query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.staff_id == staff_id)
    return session.scalar(query) or 0


def accept(session: UnitOfWork, key: bytes, staff_id: str, code: str) -> bool:
    """Whether a code is good now: the app's, which is then used up, or a recovery code, which is then gone."""
    row = session.get(StaffTotp, staff_id, with_for_update=True)
    if row is not None and _take_code(session, row, key, code):
        return True
    spent = delete(RecoveryCode).where(RecoveryCode.code_hash == _hash(staff_id, code.strip().lower()))
    gone = session.execute(spent.returning(RecoveryCode.staff_id)).all()
    if gone:
        audit.record(session, Actor("staff", staff_id), "staff.recovery_code", entity=("staff", staff_id))
    return bool(gone)


def _take_code(session: UnitOfWork, row: StaffTotp, key: bytes, code: str) -> bool:
    typed = "".join(code.split()).encode(errors="replace")
    secret = open_secret(key, row.secret_sealed, _context(row.staff_id))
    now = int(session.now.timestamp()) // STEP_S
    steps = range(max(row.last_step + 1, now - DRIFT_STEPS), now + DRIFT_STEPS + 1)
    found = [step for step in steps if hmac.compare_digest(totp(secret, step).encode(), typed)]
    if found:
        row.last_step = found[-1]
        session.flush()
    return bool(found)


def _context(staff_id: str) -> str:
    return f"staff/{staff_id}/totp"


def _hash(staff_id: str, code: str) -> bytes:
    return hashlib.sha256(f"{staff_id}/{code}".encode(errors="replace")).digest()
