"""What a member may do: the windows of their contracts. Times are UTC seconds since 1970, ends exclusive."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["member", "staff", "emergency"]
"""`staff` pass without a contract; `emergency` is the fire brigade's card, which opens in every mode of the lane."""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A half-open span of time."""

    starts_at: int
    ends_at: int

    def contains(self, now_s: int) -> bool:
        """Whether the moment lies inside, the end excluded."""
        return self.starts_at <= now_s < self.ends_at


@dataclass(frozen=True, slots=True)
class EntitlementWindow:
    """One contract as the gate sees it; `ends_at` already contains the grace days.

    `visits_left` is what the cloud had counted at the revision in force; None means without limit. `level_id` names
    the access level that says where and when; empty means everywhere and always. `needs_booking`: only around a booked
    session. `guests_per_day` is how many guests the member may bring on one of the site's days.
    """

    contract_id: str
    starts_at: int
    ends_at: int
    freezes: tuple[TimeSpan, ...] = ()
    visits_left: int | None = None
    level_id: str = ""
    needs_booking: bool = False
    guests_per_day: int = 0

    def contains(self, now_s: int) -> bool:
        """Whether the contract runs at this moment, frozen or not."""
        return self.starts_at <= now_s < self.ends_at

    def is_frozen(self, now_s: int) -> bool:
        """Whether one of the contract's freezes covers this moment."""
        return any(freeze.contains(now_s) for freeze in self.freezes)


@dataclass(frozen=True, slots=True)
class Booking:
    """A booked session as the gate sees it: the minutes before and after are in the span already.

    An empty `zone_id` means that the booking counts for every zone.
    """

    booking_id: str
    opens_at: int
    closes_at: int
    zone_id: str = ""

    def lets_in(self, zone_id: str, now_s: int) -> bool:
        """Whether the booking opens this zone at this moment."""
        return self.zone_id in {"", zone_id} and self.opens_at <= now_s < self.closes_at


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A member at the gate: how the display greets them, which contracts and bookings they hold.

    Where the member was before `forgiven_at` no longer counts for anti-passback.
    """

    member_id: str
    display_name: str
    locale: str
    windows: tuple[EntitlementWindow, ...] = ()
    role: Role = "member"
    bookings: tuple[Booking, ...] = ()
    forgiven_at: int | None = None
