"""What may already be true while the clock is not trusted: any moment from its time on, up to a day later.

Only the moments count at which something of the member's changes, so that a handful of questions covers the whole day.
"""

from collections.abc import Iterable
from typing import Final

from access_policy.entitlement import Entitlement
from access_policy.flags import Flag

CLOCK_DOUBT_S: Final = 86_400
"""An untrusted clock is taken to be up to this late: what would be refused then is refused now."""


def moments_in_doubt(entitlement: Entitlement, now_s: int) -> tuple[int, ...]:
    """Now, the end of the doubt, and each moment between at which a contract, a freeze or a booking begins or ends."""
    last = now_s + CLOCK_DOUBT_S
    changes = {now_s, last}
    for window in entitlement.windows:
        changes |= {window.starts_at, window.ends_at}
        changes |= {at for freeze in window.freezes for at in (freeze.starts_at, freeze.ends_at)}
    changes |= {at for booking in entitlement.bookings for at in (booking.opens_at, booking.closes_at)}
    return tuple(sorted(at for at in changes if now_s <= at <= last))


def may_be_blocked(flags: Iterable[Flag], device_kind: str, now_s: int) -> bool:
    """Whether a flag blocks at some moment of the doubt."""
    return any(
        flag.effect == "block"
        and (flag.bearing_on(device_kind, now_s) == "in_force" or _begins_in_doubt(flag, device_kind, now_s))
        for flag in flags
    )


def _begins_in_doubt(flag: Flag, device_kind: str, now_s: int) -> bool:
    begins = flag.starts_at
    if begins is None or not now_s < begins <= now_s + CLOCK_DOUBT_S:
        return False
    return flag.bearing_on(device_kind, begins) == "in_force"
