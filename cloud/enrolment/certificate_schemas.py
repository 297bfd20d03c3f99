"""What the API takes and gives about certificates: renewal, revocation, the way back after expiry."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cloud.enrolment.models import GatewayCertificate, Reenrolment
from cloud.enrolment.renewal import RenewalRequest
from cloud.errors import invalid_field
from cloud.kit.text_fields import Line

_SIGNATURE_CHARACTERS_MAX = 128


def decode_signature(text: str) -> bytes:
    """Raises InvalidError: the signature is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise invalid_field("signature", "signature_malformed", "The signature is not base64.") from error


class ChallengeOut(BaseModel):
    """What to sign, good for five minutes."""

    challenge: str


class RenewalIn(BaseModel):
    """A gateway asks for its next certificate."""

    model_config = ConfigDict(extra="forbid")

    gateway_id: Annotated[Line, Field(max_length=24)]
    certificate_pem: Annotated[str, StringConstraints(max_length=8192)] = Field(
        description="Its present certificate, also if it has expired."
    )
    challenge: Annotated[Line, Field(max_length=200)]
    csr_pem: Annotated[str, StringConstraints(max_length=8192)] = Field(
        description="PKCS #10, EC P-256, for a new key and signed by it. Its subject is ignored."
    )
    signature: Annotated[Line, Field(max_length=_SIGNATURE_CHARACTERS_MAX)] = Field(
        description="ECDSA with SHA-256 (DER, base64) by the present key over title, gateway_id, the present "
        "certificate's serial in hex, challenge and the request's SHA-256 in hex, a line each."
    )

    def to_request(self) -> RenewalRequest:
        """The fields, decoded.

        Raises:
            InvalidError: the signature is not base64.
        """
        signature = decode_signature(self.signature)
        return RenewalRequest(self.gateway_id, self.certificate_pem, self.challenge, self.csr_pem, signature)


class RenewalOut(BaseModel):
    """The next certificate, or that staff have to let the gateway come back."""

    state: Literal["granted", "waiting_for_approval"]
    certificate_pem: str | None = Field(None, description="The gateway's certificate, then the intermediate's.")


class SigningKeysIn(BaseModel):
    """A gateway asks whose signatures to believe."""

    model_config = ConfigDict(extra="forbid")

    gateway_id: Annotated[Line, Field(max_length=24)]
    certificate_pem: Annotated[str, StringConstraints(max_length=8192)] = Field(description="Its present certificate.")
    challenge: Annotated[Line, Field(max_length=200)]
    signature: Annotated[Line, Field(max_length=_SIGNATURE_CHARACTERS_MAX)] = Field(
        description="ECDSA with SHA-256 (DER, base64) by the certificate's key over title, gateway_id, the "
        "certificate's serial in hex and challenge, a line each."
    )


class SigningKeysOut(BaseModel):
    """The keys that sign what goes down to the site's gateways."""

    serial: int
    signing_keys: dict[str, str] = Field(description="Key id -> raw Ed25519 key in hex.")


class CertificateOut(BaseModel):
    """One certificate of a gateway."""

    serial: str
    not_before: datetime
    not_after: datetime
    in_use_since: datetime | None
    revoked_at: datetime | None
    revoked_reason: str | None = Field(description="superseded, replaced or withdrawn")

    @classmethod
    def of(cls, certificate: GatewayCertificate) -> Self:
        """What the table holds, without the certificate itself."""
        return cls(
            serial=certificate.serial,
            not_before=certificate.not_before,
            not_after=certificate.not_after,
            in_use_since=certificate.in_use_since,
            revoked_at=certificate.revoked_at,
            revoked_reason=certificate.revoked_reason,
        )


class CertificateList(BaseModel):
    """All certificates of a gateway, the newest first (`next` is always null)."""

    items: list[CertificateOut]
    next: None = None


class WithdrawalIn(BaseModel):
    """Why a gateway is taken out of service."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[Line, Field(min_length=1, max_length=200)]


class ReenrolmentOut(BaseModel):
    """A gateway whose certificate has expired waits for staff."""

    gateway_id: str
    key_hash: str = Field(description="SHA-256 of the new public key; the gateway's status shows its beginning.")
    network_address: str
    requested_at: datetime
    asked_at: datetime

    @classmethod
    def of(cls, request: Reenrolment) -> Self:
        """What staff need to decide."""
        return cls(
            gateway_id=request.gateway_id,
            key_hash=request.key_hash,
            network_address=request.network_address,
            requested_at=request.requested_at,
            asked_at=request.asked_at,
        )


class ReenrolmentList(BaseModel):
    """All that wait, the oldest first (`next` is always null)."""

    items: list[ReenrolmentOut]
    next: None = None


class DecisionIn(BaseModel):
    """A decision on the request that was looked at."""

    model_config = ConfigDict(extra="forbid")

    key_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
