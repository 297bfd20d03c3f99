"""The arithmetic of the log's hash chain. Pure.

What changed (`before`, `after`) goes into the chain as a salted digest, so that a person's data can be taken out of an
entry without the chain coming apart; the salt goes with them, and nobody can guess at what it was.
"""

import hashlib
import json
from typing import Any, Final

from cloud.audit.models import AuditEntry

CHAIN_START: Final = bytes(32)
SALT_BYTES: Final = 16


def digest_details(salt: bytes, before: Any, after: Any) -> bytes:
    """SHA-256 over what changed."""
    return hashlib.sha256(salt + _encode([before, after])).digest()


def chain_after(previous: bytes, entry: AuditEntry) -> bytes:
    """The chain of an entry, behind the one of the entry before it."""
    content = {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "actor": [entry.actor_kind, entry.actor_id],
        "action": entry.action,
        "entity": [entry.entity_kind, entry.entity_id],
        "details": entry.details.hex(),
        "request_id": entry.request_id,
    }
    return hashlib.sha256(previous + _encode(content)).digest()


def _encode(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
