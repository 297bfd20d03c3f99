"""Gateways that share passages, in memory: their stores, a seal that only names the sender, and the wire between."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from access_policy.site_policy import SitePolicy
from access_policy.zone import LanePlace, Zone
from gateway.domain.passage_ledger import OWN, LedgerEntry, PassageLedger
from gateway.domain.presence import Presence
from gateway.service.passage_sharing import PassageSharing, SharingPorts
from gateway.service.shared_entries import passage_of
from gateway.service.sibling_ports import SiblingMark
from sync_protocol.errors import SignatureInvalidError
from sync_protocol.journal_events import AccessTaken, AnonymousPassage
from sync_protocol.sibling_messages import SharedPassage
from sync_protocol.topics import SideTopic
from tests.fake_clock import FakeClock
from tests.gate_fakes import SITE

GYM = "zon_gym"


def site_of(*names: str) -> SitePolicy:
    """A gym with a lane for each gateway: `gwy_a` is in charge of `lan_a`."""
    lanes = {f"lan_{name}": LanePlace(f"lan_{name}", GYM, gateway_id=f"gwy_{name}") for name in names}
    return SitePolicy(SITE.rules, SITE.calendar, {GYM: Zone(GYM, "Gym", "hard")}, lanes)


def come(member_id: str, lane: str = "a") -> AccessTaken:
    return AccessTaken("tap", f"lan_{lane}", "in", member_id, zone_id=GYM)


def go(member_id: str, lane: str = "a") -> AccessTaken:
    return AccessTaken("tap", f"lan_{lane}", "out", member_id, left_zone_id=GYM)


@dataclass
class FakeSiblingStore:
    """Keeps everything for ever; `epoch` may be changed."""

    ledger: PassageLedger
    epoch: str = "epoch"
    own: list[SharedPassage] = field(default_factory=list)
    known: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def newest_seq(self) -> int:
        return self.own[-1].seq if self.own else -1

    def passages_behind(self, after_seq: int, limit: int) -> Sequence[SharedPassage]:
        return [one for one in self.own if one.seq > after_seq][:limit]

    async def wait_for_passage(self, after_seq: int) -> None:
        """Nobody waits here."""

    def known_seq(self, gateway_id: str, epoch: str) -> int:
        return self.known.get((gateway_id, epoch), -1)

    def take(self, mark: SiblingMark, entries: Sequence[LedgerEntry]) -> None:
        self.known[mark.gateway_id, mark.epoch] = mark.known_seq
        self.ledger.add(entries)


@dataclass
class FakeMembers:
    """Everybody is a member but those who are `unknown`; `staff` are staff."""

    unknown: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)

    def role_of(self, member_id: str) -> str:
        if member_id in self.unknown:
            return ""
        return "staff" if member_id in self.staff else "member"


class NamingSeal:
    """Says who has sealed it; `gateway_id` is this gateway's."""

    def __init__(self, gateway_id: str) -> None:
        self._gateway_id = gateway_id

    async def seal(self, topic: SideTopic, payload: bytes) -> bytes:
        return self._gateway_id.encode() + b"|" + payload

    def open(self, topic: SideTopic, data: bytes) -> bytes:
        sender, _, payload = data.partition(b"|")
        if sender.decode() != topic.sender_id:
            raise SignatureInvalidError("somebody else has sealed it")
        return payload


@dataclass
class Wire:
    """Implements `SideLink`: keeps what was sent until it is delivered."""

    is_connected: bool = True
    sent: list[tuple[SideTopic, bytes]] = field(default_factory=list)

    async def publish_side(self, topic: SideTopic, data: bytes) -> None:
        self.sent.append((topic, data))


class SharingGateway:
    """One of the gateways of a site, and the wire that it speaks on."""

    def __init__(self, name: str, wire: Wire, *names: str) -> None:
        self.gateway_id, self.wire, self.clock = f"gwy_{name}", wire, FakeClock()
        self.clock.boot_id = f"boot-{name}"
        self.presence = Presence()
        self.site = site_of(*names)
        self.presence.learn_site(self.site)
        self.store = FakeSiblingStore(PassageLedger(self.presence))
        self.members = FakeMembers()
        ports = SharingPorts(self.store, NamingSeal(self.gateway_id), self.clock, [wire], self.members)
        self.sharing = PassageSharing("sit_a", self.gateway_id, ports)
        self.sharing.learn_site(self.site)

    def see(self, body: AccessTaken | AnonymousPassage) -> None:
        """Somebody goes through a lane of this gateway, as its journal notes it: every other event is no passage."""
        clock, seq = self.clock, self.store.newest_seq + 2
        at_ms = clock.wall_ms()
        passage = SharedPassage(seq, clock.boot_id, int(clock.monotonic() * 1000), at_ms, clock.trust, body)
        self.store.own.append(passage)
        self.store.ledger.add([LedgerEntry(OWN, seq, at_ms, passage_of(body, at_ms // 1000))])

    def inside(self) -> list[str]:
        """The members in the gym."""
        now_s = self.clock.wall_ms() // 1000
        return sorted(person.member_id for person in self.presence.people_in(GYM, now_s))

    def occupancy(self) -> int:
        """How many people are in the gym."""
        return self.presence.occupancy(GYM, self.clock.wall_ms() // 1000)
