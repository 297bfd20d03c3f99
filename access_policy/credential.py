"""A card, fob or code as the gateway knows it: a keyed hash, its holder and its status."""

from dataclasses import dataclass, field
from typing import Literal

CredentialStatus = Literal["active", "suspended", "lost", "revoked"]


@dataclass(frozen=True, slots=True)
class Credential:
    """`credential_hash` is the site's keyed hash, 32 hex digits; the card number itself is never stored.

    So are the PINs: `pin_hash` and `duress_pin_hash` are keyed hashes of the PIN together with the card, empty
    without a PIN.
    """

    credential_hash: str
    member_id: str
    status: CredentialStatus = "active"
    pin_hash: str = field(default="", repr=False)
    duress_pin_hash: str = field(default="", repr=False)
