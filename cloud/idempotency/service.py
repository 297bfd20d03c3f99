"""Claims keys, marks them in the transaction of the change, keeps answers, forgets them after a day.

The claim is made before the request begins and marked in its own transaction, so a process that dies in between leaves
either a claim that nothing came of, or a mark that something did: never a change that is made twice.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from cloud.idempotency.models import IdempotencyKey
from cloud.kit.sealed_secrets import UnsealError, open_secret, seal_secret

KEPT_FOR: Final = timedelta(hours=24)
CLAIM_LIFE: Final = timedelta(seconds=60)
"""A claim of which nothing was heard for so long is abandoned; if it does wake up, it finds itself replaced."""
ANSWER_BYTES_MAX: Final = 64 * 1024
PRUNED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out one request."""

    key_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first of two equal requests was answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


Obstacle = Literal["reused", "in_progress", "answer_lost"]


def key_id(owner: bytes, key: bytes) -> str:
    """The id of a key: everybody has keys of their own."""
    return hashlib.sha256(hashlib.sha256(owner).digest() + key).hexdigest()


def claim(session: UnitOfWork, id_: str, fingerprint: str, secret: bytes) -> Claim | Answer | Obstacle:
    """Begin a request, or say what became of it before."""
    known = session.scalar(select(IdempotencyKey).where(IdempotencyKey.id == id_).with_for_update())
    made = Claim(id_, secrets.token_hex(16))
    if known is not None and session.now - known.claimed_at > KEPT_FOR:
        session.delete(known)
        session.flush()
        known = None
    if known is None:
        row = IdempotencyKey(id=id_, fingerprint=fingerprint, claim=made.token, state="claimed", claimed_at=session.now)
        session.add(row)
        session.flush()
        return made
    if known.fingerprint != fingerprint:
        return "reused"
    if known.state == "answered":
        return _read(known, secret)
    if known.state == "committed":
        return "answer_lost"
    if session.now - known.claimed_at <= CLAIM_LIFE:
        return "in_progress"
    known.claim, known.claimed_at = made.token, session.now
    return made


def mark(session: UnitOfWork, claimed: Claim) -> None:
    """Note in the transaction of a change that it was made.

    Raises:
        ConflictError: somebody else has taken the request over.
    """
    mine = (IdempotencyKey.id == claimed.key_id, IdempotencyKey.claim == claimed.token)
    values = {"state": "committed"}
    if session.execute(update(IdempotencyKey).where(*mine).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("idempotency_key_taken_over", "This request took too long; it was begun again elsewhere.")


def keep(session: UnitOfWork, claimed: Claim, answer: Answer, secret: bytes) -> None:
    """Keep the answer for those who ask again; one that is too long is only known to have been given."""
    body = answer.body if len(answer.body) <= ANSWER_BYTES_MAX else None
    values: dict[str, object] = {"state": "committed"}
    if body is not None:
        packed = json.dumps(answer.headers).encode() + b"\n" + body
        sealed = seal_secret(secret, packed, _context(claimed.key_id))
        values = {"state": "answered", "status": answer.status, "answer": sealed}
    mine = (IdempotencyKey.id == claimed.key_id, IdempotencyKey.claim == claimed.token)
    session.execute(update(IdempotencyKey).where(*mine).values(**values))


def release(session: UnitOfWork, claimed: Claim) -> None:
    """Forget a request that changed nothing, so that it can be tried again."""
    mine = (IdempotencyKey.id == claimed.key_id, IdempotencyKey.claim == claimed.token)
    session.execute(delete(IdempotencyKey).where(*mine, IdempotencyKey.state == "claimed"))


def take_form(session: UnitOfWork, staff_id: str, request_id: str) -> bool:
    """Whether a form of the console is sent for the first time; noted in the transaction of what it changes.

    Args:
        request_id: what the form was given when it was shown; without one it counts as sent for the first time.
    """
    if not request_id:
        return True
    id_ = key_id(f"form/{staff_id}".encode(), request_id.encode(errors="replace"))
    sent = IdempotencyKey(id=id_, fingerprint="", claim="", state="committed", claimed_at=session.now)
    try:
        with session.begin_nested():
            session.add(sent)
    except IntegrityError:
        return False
    return True


def prune(session: UnitOfWork) -> int:
    """Forget some keys of more than a day ago; how many."""
    old = select(IdempotencyKey.id).where(IdempotencyKey.claimed_at < session.now - KEPT_FOR).limit(PRUNED_AT_ONCE)
    ids = session.scalars(old).all()
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.id.in_(ids)))
    return len(ids)


def _read(known: IdempotencyKey, secret: bytes) -> Answer | Obstacle:
    assert known.answer is not None, "an answered key has its answer"
    assert known.status is not None, "an answered key has its status"
    try:
        packed = open_secret(secret, known.answer, _context(known.id))
    except UnsealError:
        return "answer_lost"
    headers, _, body = packed.partition(b"\n")
    return Answer(known.status, tuple((name, value) for name, value in json.loads(headers)), body)


def _context(id_: str) -> str:
    return f"idempotency_key/{id_}"
