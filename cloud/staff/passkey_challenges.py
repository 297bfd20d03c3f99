"""Challenges for authenticators: of one browser, for five minutes, good once (WebAuthn Level 2, section 13.4.3).

A challenge is made from what the browser keeps in a cookie (`ticket`) and the service's secret, so that nothing has to
be kept of those who only ask; the table knows the ones that were answered, until they are too old anyway.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import Final, Literal

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from cloud.database import UnitOfWork
from cloud.staff.models import SpentChallenge

CHALLENGE_LIFE_S: Final = 300
TICKET_CHARACTERS_MAX: Final = 80

Purpose = Literal["register", "sign_in"]


def new_ticket(now: datetime) -> str:
    """What the browser keeps while its authenticator is asked."""
    return f"{int(now.timestamp()) + CHALLENGE_LIFE_S}.{secrets.token_urlsafe(32)}"


def challenge_of(key: bytes, purpose: Purpose, holder: str, ticket: str) -> bytes:
    """The challenge of a ticket: 32 bytes that nobody can make without the secret.

    Args:
        holder: the session that registers; empty for who signs in.
    """
    content = f"passkey challenge/{purpose}/{holder}/{ticket}".encode(errors="replace")
    return hmac.new(key, content, hashlib.sha256).digest()


def spend(session: UnitOfWork, challenge: bytes, ticket: str) -> bool:
    """Use a challenge up; False where its ticket is too old or none, or where it was used before."""
    expires, _, _ = ticket.partition(".")
    expires_s = int(expires) if expires.isascii() and expires.isdecimal() and len(expires) < 12 else 0
    if not session.now.timestamp() < expires_s <= session.now.timestamp() + CHALLENGE_LIFE_S:
        return False
    session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at < session.now))
    spent = SpentChallenge(
        digest=hashlib.sha256(challenge).digest(), expires_at=datetime.fromtimestamp(expires_s, tz=UTC)
    )
    try:
        with session.begin_nested():
            session.add(spent)
    except IntegrityError:
        return False
    return True
