"""Tells of readers without a keypad before zones that ask for a PIN: nobody could come in there.

Which zones ask is in the state, which readers have keypads in this gateway's configuration.
"""

import logging
from collections.abc import Iterable

from access_policy.site_policy import SitePolicy
from access_policy.zone import LanePlace
from gateway.domain.access_point import ReaderKey
from gateway.service.reader_feedback import ReaderPlace

log = logging.getLogger(__name__)


class KeypadCheck:
    """Warns once of each reader, and again when it was in order meanwhile."""

    def __init__(self, places: Iterable[ReaderPlace]) -> None:
        self._places = tuple(places)
        self._told: set[ReaderKey] = set()

    def learn_site(self, site: SitePolicy | None) -> None:
        """Look at every reader with the rules that are in force now."""
        wanting = {place.key for place in self._places if not place.has_keypad and _asks_for_pin(site, place)}
        for key in sorted(wanting - self._told):
            log.warning("reader %s has no keypad, but leads into a zone that asks for a PIN: is `keypad` missing?", key)
        self._told = wanting


def _asks_for_pin(site: SitePolicy | None, place: ReaderPlace) -> bool:
    if site is None:
        return False
    lane_id = place.access_point.lane_id
    zone_id = site.lanes.get(lane_id, LanePlace(lane_id)).zone_entered(place.access_point.direction)
    zone = site.zones.get(zone_id)
    return zone is not None and zone.needs_pin
