"""What a member may do: the windows of their contracts. Times are UTC seconds since 1970, ends exclusive."""

from dataclasses import dataclass


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

    `visits_left` is what the cloud had counted at the revision in force; None means without limit.
    """

    contract_id: str
    starts_at: int
    ends_at: int
    freezes: tuple[TimeSpan, ...] = ()
    visits_left: int | None = None

    def contains(self, now_s: int) -> bool:
        """Whether the contract runs at this moment, frozen or not."""
        return self.starts_at <= now_s < self.ends_at

    def is_frozen(self, now_s: int) -> bool:
        """Whether one of the contract's freezes covers this moment."""
        return any(freeze.contains(now_s) for freeze in self.freezes)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A member at the gate: how the display greets them and which contracts they hold."""

    member_id: str
    display_name: str
    locale: str
    windows: tuple[EntitlementWindow, ...] = ()
