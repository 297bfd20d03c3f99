"""A card, fob or code as the gateway knows it: a keyed hash, its holder and its status."""

from dataclasses import dataclass
from typing import Literal

CredentialStatus = Literal["active", "suspended", "lost", "revoked"]


@dataclass(frozen=True, slots=True)
class Credential:
    """`credential_hash` is the site's keyed hash, 32 hex digits; the card number itself is never stored."""

    credential_hash: str
    member_id: str
    status: CredentialStatus = "active"
