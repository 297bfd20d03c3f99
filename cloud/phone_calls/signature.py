"""How an exchange signs what it tells: HMAC-SHA256 (RFC 2104) over time and body, so that neither can be changed.

Header `Tornello-Timestamp`: seconds since 1970. Header `Tornello-Signature`: `v1=` and the hex digits of the HMAC,
under the exchange's secret, of the timestamp's digits, a full stop and the body as it was sent.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final

TOLERANCE_S: Final = 300
"""A message is believed for so long, and so far ahead: clocks differ, and a recorded message is soon worthless."""
_DIGITS_MAX: Final = 12
_VERSION: Final = "v1="


@dataclass(frozen=True, slots=True)
class SignedBody:
    """A message as it came."""

    timestamp: str
    signature: str
    body: bytes


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `Tornello-Signature`."""
    return _VERSION + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_genuine(secret: str, message: SignedBody, now: datetime) -> bool:
    """Whether the holder of the secret sent the message within the last minutes; compared in constant time."""
    stamp = message.timestamp
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _DIGITS_MAX):
        return False
    expected = sign(secret, stamp, message.body)
    is_signed = hmac.compare_digest(expected.encode(), message.signature.encode(errors="replace"))
    return is_signed and abs(now.timestamp() - int(stamp)) <= TOLERANCE_S
