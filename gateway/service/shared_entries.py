"""From what a sibling tells of a passage to an entry of the ledger: when it was by this gateway's clock, if it counts.

Two synchronised clocks agree. Where one of them does not, the wall clock of the sibling says nothing here: how long ago
the passage was, by the sibling's own monotonic clock, does. Nothing is taken for later than now. A sibling is believed
about lanes that are its own, and about no zones but those that a lane joins; who is not in the state has no name here.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from access_policy.site_policy import SitePolicy
from access_policy.zone import OUTSIDE, LanePlace
from gateway.domain.passage_ledger import LedgerEntry, UnnamedPassage
from gateway.domain.presence import Passage
from gateway.service.ports import Clock
from sync_protocol.journal_events import AccessTaken, AnonymousPassage
from sync_protocol.sibling_messages import SharedPassage, SharedPassages

MATTERS_MS: Final = 25 * 3_600_000
"""Every zone forgets once a day, and a day on which clocks change has 25 hours."""


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What a sibling's word is held against: the site's policy in force, the lanes that this gateway drives itself, and
    the role of a member by the state in force, empty for nobody whom it knows.
    """

    site: SitePolicy
    own_lanes: Collection[str]
    role_of: Callable[[str], str]

    def place_of(self, sender: str, body: AccessTaken | AnonymousPassage) -> LanePlace | None:
        """The lane of the passage, if the sibling may speak of it and it leads where the sibling says."""
        place = self.site.lanes.get(body.lane_id)
        if place is None or place.gateway_id not in ("", sender) or body.lane_id in self.own_lanes:
            return None
        if isinstance(body, AccessTaken):
            leads = body.zone_id in {OUTSIDE, place.zone_entered(body.direction)}
            comes = body.left_zone_id in {OUTSIDE, place.zone_left(body.direction)}
            return place if leads and comes else None
        return place


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message brought: entries for the ledger, and how many passages were not believed."""

    entries: list[LedgerEntry]
    refused: int


def entries_of(
    sender: str, told: SharedPassages, passages: Iterable[SharedPassage], *, clock: Clock, beliefs: Beliefs
) -> Heard:
    """Entries of the passages that still matter; those that the sender cannot have seen are left out, and counted."""
    entries, refused = [], 0
    for passage in passages:
        if beliefs.place_of(sender, passage.body) is None:
            refused += 1
            continue
        at_ms = moment_ms(passage, told, clock)
        if clock.wall_ms() - at_ms <= MATTERS_MS:
            seen = _as_known(passage.body, at_ms // 1000, beliefs)
            entries.append(LedgerEntry(sender, passage.seq, at_ms, seen))
    return Heard(entries, refused)


def _as_known(body: AccessTaken | AnonymousPassage, at_s: int, beliefs: Beliefs) -> Passage | UnnamedPassage:
    """The passage; of a member who is not in the state, one of somebody without a name: it costs no memory."""
    seen = passage_of(body, at_s)
    if isinstance(seen, Passage) and isinstance(body, AccessTaken):
        role = beliefs.role_of(seen.member_id)
        if not role:
            return UnnamedPassage(body.lane_id, body.direction, at_s)
        return replace(seen, is_staff=seen.is_staff and role == "staff")
    return seen


def moment_ms(passage: SharedPassage, told: SharedPassages, clock: Clock) -> int:
    """When it was, by this gateway's clock (UTC milliseconds)."""
    now_ms = clock.wall_ms()
    is_agreed = passage.clock == "synced" and clock.trust == "synced"
    if is_agreed or passage.boot_id != told.boot_id:
        return min(passage.wall_ms, now_ms)
    return now_ms - max(0, told.monotonic_ms - passage.monotonic_ms)


def passage_of(body: AccessTaken | AnonymousPassage, at_s: int) -> Passage | UnnamedPassage:
    """The event of a journal as the ledger takes it."""
    if isinstance(body, AnonymousPassage):
        return UnnamedPassage(body.lane_id, body.direction, at_s)
    return Passage(
        body.member_id,
        body.lane_id,
        body.zone_id,
        body.left_zone_id,
        at_s,
        is_guest=body.is_guest,
        is_staff=body.is_staff,
    )
