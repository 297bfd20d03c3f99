"""The muster roll: who is inside now, zone by zone, for whoever must find everybody in an emergency."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from access_policy.gate_view import GateView
from access_policy.site_policy import SitePolicy
from access_policy.zone import Zone
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.gate_reader import SqliteGateReader
from gateway.adapters.store_sqlite.presence_rows import read_presence
from gateway.adapters.store_sqlite.state_store import Contact
from gateway.control_client import Answer, Arguments, RequestRefusedError
from gateway.domain.presence import Person, Presence
from gateway.inspection.explained_files import opened_read_only
from gateway.service.dry_tap import NOBODYS_HASH
from gateway.service.ports import Clock

Fields = dict[str, Any]
NAMES_AT_ONCE: Final = 50
"""So many names are looked up before a tap may come in between."""


class NamedState(Protocol):
    """The state in force, where names are found too."""

    def find_gate_view(self, credential_hash: str) -> GateView:
        """As a tap finds it."""
        ...

    def find_name(self, member_id: str) -> str:
        """How the display greets this member; empty for one who is not in the state."""
        ...


class MusterRoll:
    """Calls the roll from the presence that the gate itself decides by."""

    def __init__(self, state: NamedState, presence: Presence, clock: Clock) -> None:
        self._state = state
        self._presence = presence
        self._clock = clock

    async def handle(self, arguments: Arguments) -> Answer:
        """The request `muster` of the control socket: all zones, or the `zone` of this id or name.

        Raises:
            RequestRefusedError: there is no such zone.
        """
        now_s = self._clock.wall_ms() // 1000
        site = self._state.find_gate_view(NOBODYS_HASH).site
        self._presence.learn_site(site)
        zones = [] if site is None else sorted(site.zones.values(), key=lambda zone: zone.name)
        wanted = arguments.get("zone")
        if wanted is not None:
            zones = [zone for zone in zones if wanted in (zone.zone_id, zone.name)]
            if not zones:
                raise RequestRefusedError(f"there is no zone {wanted} here")
        return {"zones": [await self._zone(site, zone, now_s) for zone in zones if site is not None]}

    async def _zone(self, site: SitePolicy, zone: Zone, now_s: int) -> Fields:
        people = self._presence.people_in(zone.zone_id, now_s)
        told: Fields = {
            "zone_id": zone.zone_id,
            "name": zone.name,
            "occupancy": self._presence.occupancy(zone.zone_id, now_s),
            "occupancy_limit": zone.occupancy_limit,
            "unnamed": self._presence.unnamed_in(zone.zone_id, now_s),
        }
        called = []
        for begin in range(0, len(people), NAMES_AT_ONCE):
            called += [self._person(site, person) for person in people[begin : begin + NAMES_AT_ONCE]]
            await asyncio.sleep(0)
        return {**told, "people": sorted(called, key=lambda person: (person["display_name"], person["guest_number"]))}

    def _person(self, site: SitePolicy, person: Person) -> Fields:
        return {
            "member_id": person.member_id,
            "display_name": self._state.find_name(person.member_id),
            "guest_number": person.guest_number,
            "since": datetime.fromtimestamp(person.since, site.calendar.zone).isoformat(),
            "lane_id": person.lane_id,
        }


async def call_stored_roll(state_dir: Path, zone: str | None) -> Answer:
    """The roll while no gateway runs, from its files: as it was when the gateway ended.

    Raises:
        RequestRefusedError: there is no such zone.
        NoStoreError: the files cannot be read.
    """
    with (
        opened_read_only(state_dir / "entitlements.db") as state,
        opened_read_only(state_dir / "journal.db") as journal,
    ):
        kept = read_presence(journal)
        presence = Presence(kept.people, kept.tallies)
        reader = SqliteGateReader(state, Contact(None))
        for member_id in presence.members_inside():
            presence.forgive(member_id, reader.forgiven_at(member_id))
        return await MusterRoll(reader, presence, SystemClock()).handle({"zone": zone})


def describe_zone(zone: Mapping[str, Any]) -> str:
    """One zone of the roll as a list for people."""
    limit = "" if zone["occupancy_limit"] is None else f" of {zone['occupancy_limit']}"
    lines = [f"{zone['name']}: {zone['occupancy']}{limit} inside"]
    for person in zone["people"]:
        name = person["display_name"] or person["member_id"]
        who = f"guest {person['guest_number']} of {name}" if person["guest_number"] else name
        lines.append(f"  {who}, since {datetime.fromisoformat(person['since']):%H:%M}")
    if zone["unnamed"] > 0:
        lines.append(f"  and {zone['unnamed']} whom no card named")
    if zone["unnamed"] < 0:
        lines.append(f"  {-zone['unnamed']} of them have left unseen")
    return "\n".join(lines)
