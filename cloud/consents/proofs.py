"""Proofs of decisions: pictures are made small and written anew, a PDF is kept as it came, within bounds."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from cloud.consents.models import ConsentProof
from cloud.database import UnitOfWork
from cloud.errors import invalid_field, not_found
from cloud.members.photos import PhotoUnusableError, shrink

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PDF_BYTES_MAX: Final = 2 * 1024 * 1024
SIDE_PX: Final = 1600
"""Of a picture: a page of A4 stays readable."""
_PDF_SIGN: Final = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Proof:
    """What is kept of an upload."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content, as hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def read_proof(content: bytes) -> Proof:
    """What is kept of an uploaded file.

    Raises:
        InvalidError: it is neither a JPEG, PNG or WebP picture nor a PDF of at most 2 MB.
    """
    if content.startswith(_PDF_SIGN) and len(content) <= PDF_BYTES_MAX:
        return Proof(PDF, content)
    try:
        return Proof(JPEG, shrink(content, side_px=SIDE_PX))
    except PhotoUnusableError as error:
        raise invalid_field("proof", "bad_proof", "Use a picture, or a PDF of at most 2 MB.") from error


def keep(session: UnitOfWork, consent_id: str, proof: Proof) -> None:
    """Keep the proof of a decision that has none."""
    row = ConsentProof(consent_id=consent_id, media_type=proof.media_type, content=proof.content, digest=proof.digest)
    session.add(row)
    session.flush()


def get(session: UnitOfWork, consent_id: str) -> ConsentProof:
    """The proof of a decision.

    Raises:
        NotFoundError: it has none.
    """
    proof = session.get(ConsentProof, consent_id)
    if proof is None:
        raise not_found("consent_proof", consent_id)
    return proof


def list_proven(session: UnitOfWork, consent_ids: Collection[str]) -> frozenset[str]:
    """Which of these decisions have a proof that was uploaded."""
    query = select(ConsentProof.consent_id).where(ConsentProof.consent_id.in_(consent_ids))
    return frozenset(session.scalars(query)) if consent_ids else frozenset()
