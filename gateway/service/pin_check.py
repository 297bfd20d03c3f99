"""Is the typed PIN the card's? And how often may it be wrong: a card is held off for a while after five wrong ones.

What was typed wrong is remembered in memory alone, as times: a restart gives five tries again, which at a minute a
restart is slower than the hold-off itself. PINs are compared in constant time, and neither logged nor kept.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from access_policy.credential import Credential
from access_policy.facts import PinEntry

WRONG_MAX: Final = 5
WRONG_WITHIN_S: Final = 300.0
HOLD_OFF_S: Final = 60.0
WATCHED_MAX: Final = 1_000
"""Cards with wrong PINs that are remembered; of more, the one whose last wrong PIN is longest ago is forgotten."""


@dataclass(slots=True)
class _Tries:
    """When wrong PINs were typed, and until when the card is held off (monotonic seconds)."""

    wrong_at: list[float] = field(default_factory=list)
    held_until: float = 0.0


class PinCheck:
    """`hash_pin` gives the keyed hash of a PIN together with the hash of its card."""

    def __init__(self, hash_pin: Callable[[str, str], str]) -> None:
        self._hash_pin = hash_pin
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def judge(self, credential: Credential | None, typed: str | None, now: float) -> PinEntry:
        """What was typed before this card (monotonic seconds); a card without a PIN takes none."""
        if typed is None or credential is None or not (credential.pin_hash or credential.duress_pin_hash):
            return "none"
        tries = self._tries.get(credential.credential_hash)
        if tries is not None and now < tries.held_until:
            return "held_off"
        typed_hash = self._hash_pin(credential.credential_hash, typed)
        is_right = hmac.compare_digest(typed_hash.encode(), credential.pin_hash.encode())
        is_duress = hmac.compare_digest(typed_hash.encode(), credential.duress_pin_hash.encode())
        if is_right or is_duress:
            self._tries.pop(credential.credential_hash, None)
            return "duress" if is_duress else "right"
        self._note_wrong(credential.credential_hash, now)
        return "wrong"

    def _note_wrong(self, credential_hash: str, now: float) -> None:
        tries = self._tries.setdefault(credential_hash, _Tries())
        self._tries.move_to_end(credential_hash)
        tries.wrong_at = [at for at in tries.wrong_at if now - at < WRONG_WITHIN_S] + [now]
        if len(tries.wrong_at) >= WRONG_MAX:
            tries.wrong_at, tries.held_until = [], now + HOLD_OFF_S
        if len(self._tries) > WATCHED_MAX:
            self._tries.popitem(last=False)
