"""Flags: the one thing besides an entitlement that can change a decision.

A flag says something (`message`) or stops (`block`). The block with the highest priority wins; messages are shown in
the order of their priority. A flag without device kinds acts on all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

FlagEffect = Literal["message", "block"]
FlagSource = Literal["task", "dues", "certificate", "freeze", "black_list", "manual"]
Bearing = Literal["in_force", "not_yet", "over", "other_device"]
"""How a flag bears on a tap: it acts, its time has not come or is over, or it is meant for other kinds of device."""


@dataclass(frozen=True, slots=True)
class Flag:
    """`texts` maps a language (en, it, ru) to what the display shows; empty means the standard text of the source."""

    flag_id: str
    member_id: str
    source: FlagSource
    effect: FlagEffect
    priority: int = 0
    device_kinds: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    starts_at: int | None = None
    ends_at: int | None = None

    def bearing_on(self, device_kind: str, now_s: int) -> Bearing:
        """How the flag bears on this kind of device at this moment."""
        if self.device_kinds and device_kind not in self.device_kinds:
            return "other_device"
        if self.starts_at is not None and now_s < self.starts_at:
            return "not_yet"
        return "over" if self.ends_at is not None and now_s >= self.ends_at else "in_force"


@dataclass(frozen=True, slots=True)
class FlagVerdict:
    """The flags in force, sorted out: the one that blocks, if any, and the messages in the order of showing."""

    block: Flag | None
    messages: tuple[Flag, ...]


def judge_flags(flags: Iterable[Flag], device_kind: str, now_s: int) -> FlagVerdict:
    """Sort out which flags act here and now; equal priorities are settled by the flag's id, the lower first."""
    in_force = sorted(
        (flag for flag in flags if flag.bearing_on(device_kind, now_s) == "in_force"),
        key=lambda flag: (-flag.priority, flag.flag_id),
    )
    block = next((flag for flag in in_force if flag.effect == "block"), None)
    return FlagVerdict(block, tuple(flag for flag in in_force if flag.effect == "message"))
