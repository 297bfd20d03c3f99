"""Which news there is, how it is signed, when it is tried again, and which addresses are nobody's business. No I/O.

Signature and headers are those of Standard Webhooks (standardwebhooks.com, 1.0): HMAC-SHA256 over id, time and body.
"""

import base64
import hashlib
import hmac
import ipaddress
from datetime import timedelta
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

Kind = Literal[
    "member.changed",
    "contract.changed",
    "dues.changed",
    "booking.changed",
    "task.changed",
    "flag.raised",
    "flag.cleared",
    "member.passed",
]
KINDS: Final = get_args(Kind)
TEST_KIND: Final = "test"
"""What staff send to see that it arrives; nobody subscribes to it."""
SECRET_BYTES: Final = 32
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - how secrets of Standard Webhooks begin
RETRY_AFTER: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""After each attempt that failed; after the last one nothing is tried any more."""


def written_secret(secret: bytes) -> str:
    """The secret as its receiver gets it, once."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, delivery_id: str, timestamp_s: int, body: bytes) -> str:
    """What stands in `webhook-signature`."""
    signed = f"{delivery_id}.{timestamp_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def retry_after(attempt_count: int) -> timedelta | None:
    """How long to wait after so many attempts, all of which failed; None: give up."""
    return RETRY_AFTER[attempt_count - 1] if attempt_count <= len(RETRY_AFTER) else None


def address_mistake(url: str, *, may_be_private: bool) -> str | None:
    """What is wrong with an address, in words; None: nothing that can be seen without asking for its host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is no address."
    schemes = {"https", "http"} if may_be_private else {"https"}
    if parts.scheme not in schemes or not parts.hostname or port == 0:
        return f"The address must begin with {' or '.join(f'{each}://' for each in sorted(schemes))}"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "The address must have no user, password or fragment."
    if not url.isascii() or any(ord(character) <= 0x20 for character in url):
        return "The address must be ASCII, without spaces."
    return None


def told_address(url: str) -> str:
    """What others may read of an address: scheme and host. The rest is often all that a receiver asks for as proof."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_reachable(address: str, *, may_be_private: bool) -> bool:
    """Whether an IP address may be sent to: the world's, unless this club allows its own network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local:
        return False
    return may_be_private or ip.is_global
