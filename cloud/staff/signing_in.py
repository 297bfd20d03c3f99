"""Signing in: password, then the second factor of those who have one; slow for whoever guesses.

Between the two steps the browser holds a ticket: whose password was right, for five minutes, signed with the service's
secret.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update

from cloud.database import Database
from cloud.errors import TooManyRequestsError, UnauthenticatedError
from cloud.kit.attempts import AttemptLimiter
from cloud.kit.passwords import hash_password, is_password, needs_rehash
from cloud.staff import second_factor
from cloud.staff.models import Staff
from cloud.staff.service import SignedIn, normalise_email, open_session, storable

TICKET_LIFE_S: Final = 300
_WINDOW_S: Final = 300.0


class SecondFactorError(UnauthenticatedError):
    """The password was right, and a code is still missing; `ticket` lets it be given without the password."""

    def __init__(self, ticket: str) -> None:
        super().__init__("second_factor_missing", "Give the code of your authenticator app, too.")
        self.ticket = ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whence somebody signs in: network address, and what their browser calls itself."""

    address: str
    user_agent: str = ""


class SignInGuard:
    """Slows down guessing: 10 attempts in 5 minutes for one e-mail address, 50 for one network address.

    Args:
        key: the service's secret, which seals second factors and signs tickets.
    """

    def __init__(self, key: bytes = b"") -> None:
        self.key = key
        self._by_email = AttemptLimiter(10, _WINDOW_S)
        self._by_address = AttemptLimiter(50, _WINDOW_S)

    def admit(self, email: str, address: str) -> None:
        """Count an attempt.

        Raises:
            TooManyRequestsError: it is one too many.
        """
        wait_s = max(self._by_address.attempt(address), self._by_email.attempt(email))
        if wait_s:
            raise TooManyRequestsError(
                "too_many_sign_ins", f"Too many attempts to sign in. Try again in {wait_s} s.", retry_after_s=wait_s
            )

    def admit_again(self, staff_id: str, caller: "Caller") -> str:
        """Count a look at the password of somebody who is signed in: their browser may have been found open.

        Returns whom to `welcome` if it was right.

        Raises:
            TooManyRequestsError: it is one too many.
        """
        attempted = f"password of {staff_id}"
        self.admit(attempted, caller.address)
        return attempted

    def welcome(self, email: str) -> None:
        """The right password was given: forget the failures of this e-mail address."""
        self._by_email.forget(email)


def sign_in(
    database: Database, guard: SignInGuard, *, email: str, password: str, caller: Caller, code: str = ""
) -> tuple[SignedIn, str]:
    """Open a session; returns it with its token. The slow hash is computed outside the transaction.

    Raises:
        TooManyRequestsError: too many attempts.
        UnauthenticatedError: unknown e-mail address, wrong password, or no longer active; which one is not told. Or the
            code is wrong.
        SecondFactorError: a code is needed, and none was given.
    """
    email = normalise_email(email)
    guard.admit(email, caller.address)
    with database.session() as session:
        staff = session.scalar(select(Staff).where(Staff.email == storable(email), Staff.is_active))
        needs_code = staff is not None and second_factor.is_on(session, staff.id)
    is_right = is_password(password, staff.password_hash if staff else None)
    if not is_right or staff is None:
        raise UnauthenticatedError("wrong_password", "The e-mail address or the password is wrong.")
    if needs_code and not code:
        raise SecondFactorError(_ticket(guard.key, staff.id, int(database.clock().timestamp()) + TICKET_LIFE_S))
    new_hash = hash_password(password) if needs_rehash(staff.password_hash) else None
    opened = _open(database, guard, staff, caller, code=code if needs_code else None)
    guard.welcome(email)
    if new_hash:
        with database.transaction() as session:
            session.execute(update(Staff).where(Staff.id == staff.id).values(password_hash=new_hash))
    return opened


def sign_in_by_ticket(
    database: Database, guard: SignInGuard, *, ticket: str, code: str, caller: Caller
) -> tuple[SignedIn, str]:
    """The second step of whoever gave the right password before.

    Raises:
        TooManyRequestsError: too many attempts.
        UnauthenticatedError: the code is wrong, or the ticket is none or too old (`ticket_over`).
    """
    staff_id = _read_ticket(guard.key, ticket, int(database.clock().timestamp()))
    guard.admit(f"code {staff_id}", caller.address)
    with database.session() as session:
        staff = session.scalar(select(Staff).where(Staff.id == staff_id, Staff.is_active))
    if staff is None:
        raise UnauthenticatedError("ticket_over", "Begin again with your password.")
    opened = _open(database, guard, staff, caller, code=code)
    guard.welcome(f"code {staff_id}")
    guard.welcome(staff.email)
    return opened


def _open(
    database: Database, guard: SignInGuard, staff: Staff, caller: Caller, *, code: str | None
) -> tuple[SignedIn, str]:
    token = secrets.token_urlsafe(32)
    with database.transaction() as session:
        if code is not None and not second_factor.accept(session, guard.key, staff.id, code):
            raise UnauthenticatedError("wrong_code", "The code is wrong.")
        return open_session(session, staff, token, caller.user_agent), token


def _ticket(key: bytes, staff_id: str, expires_s: int) -> str:
    return f"{staff_id}.{expires_s}.{_signature(key, staff_id, expires_s)}"


def _read_ticket(key: bytes, ticket: str, now_s: int) -> str:
    staff_id, _, rest = ticket.partition(".")
    expires, _, signature = rest.partition(".")
    expires_s = int(expires) if expires.isascii() and expires.isdecimal() and len(expires) < 12 else 0
    expected = _signature(key, staff_id, expires_s).encode()
    if expires_s <= now_s or not hmac.compare_digest(expected, signature.encode(errors="replace")):
        raise UnauthenticatedError("ticket_over", "Begin again with your password.")
    return staff_id


def _signature(key: bytes, staff_id: str, expires_s: int) -> str:
    content = f"sign-in ticket/{staff_id}/{expires_s}".encode(errors="replace")
    return hmac.new(key, content, hashlib.sha256).hexdigest()
