"""From what a sibling tells of a passage to an entry of the ledger: when it was by this gateway's clock, if it counts.

Two synchronised clocks agree. Where one of them does not, the wall clock of the sibling says nothing here: how long ago
the passage was, by the sibling's own monotonic clock, does. Nothing is taken for later than now.
"""

import logging
from collections.abc import Iterable
from typing import Final

from access_policy.site_policy import SitePolicy
from gateway.domain.passage_ledger import LedgerEntry, UnnamedPassage
from gateway.domain.presence import Passage
from gateway.service.ports import Clock
from sync_protocol.journal_events import AccessTaken, AnonymousPassage
from sync_protocol.sibling_messages import SharedPassage, SharedPassages

logger = logging.getLogger(__name__)

MATTERS_MS: Final = 25 * 3_600_000
"""Every zone forgets once a day, and a day on which clocks change has 25 hours."""


def entries_of(
    sender: str, told: SharedPassages, passages: Iterable[SharedPassage], *, clock: Clock, site: SitePolicy | None
) -> list[LedgerEntry]:
    """Entries of the passages that still matter; those of lanes that another gateway is in charge of are left out."""
    entries = []
    for passage in passages:
        place = site.lanes.get(passage.body.lane_id) if site else None
        if place is not None and place.gateway_id not in ("", sender):
            logger.warning("%s tells of lane %s, of which it is not in charge", sender, passage.body.lane_id)
            continue
        at_ms = moment_ms(passage, told, clock)
        if clock.wall_ms() - at_ms <= MATTERS_MS:
            entries.append(LedgerEntry(sender, passage.seq, at_ms, passage_of(passage.body, at_ms // 1000)))
    return entries


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
