"""Table of proofs."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base


class ConsentProof(Base):
    """What proves a decision: a scan or photo, written anew as JPEG, or a PDF as it came. `digest` is its SHA-256."""

    __tablename__ = "consent_proof"

    consent_id: Mapped[str] = mapped_column(ForeignKey("consent.id"), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
