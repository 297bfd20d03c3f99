"""Table of the keys that clients have used."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class IdempotencyKey(Base):
    """What became of a request with a key.

    `id` is a hash of who asked and of the key, `fingerprint` one of the whole request. `claim`: who carries it out.
    `state`: `claimed` (begun), `committed` (done, in the transaction of the change itself), `answered` (and the answer
    is kept, sealed: it may hold a secret that is shown once).
    """

    __tablename__ = "idempotency_key"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    claim: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10))
    status: Mapped[int | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
