"""A wire that loses, repeats and reorders: once it is in order again, three gateways know the same people inside."""

import asyncio
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.service.passage_sharing import BEAT_EVERY_S
from sync_protocol.journal_events import AccessTaken, AnonymousPassage
from sync_protocol.topics import SideTopic
from tests.sibling_fakes import GYM, SharingGateway, Wire

NAMES = ("a", "b", "c")
MEMBERS = st.sampled_from(("anna", "boris", "clara"))


@dataclass(frozen=True)
class Walk:
    """Somebody goes through a lane; without a member nobody names them."""

    gateway: int
    member_id: str
    is_inward: bool
    is_guest: bool = False


@dataclass(frozen=True)
class Weather:
    """What becomes of a message: how often it arrives, and whether behind the next ones."""

    copies: int
    is_late: bool


WALKS = st.builds(Walk, st.integers(0, 2), st.one_of(MEMBERS, st.just("")), st.booleans(), st.booleans())
WEATHER = st.builds(Weather, st.integers(0, 2), st.booleans())
CALM = Weather(1, is_late=False)


class Site:
    """Three gateways, and the messages that are on their way."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.gateways = [SharingGateway(name, self.wire, *NAMES) for name in NAMES]
        self._late: list[tuple[SideTopic, bytes]] = []

    def walk(self, walk: Walk) -> None:
        gateway = self.gateways[walk.gateway]
        lane_id, direction = f"lan_{NAMES[walk.gateway]}", "in" if walk.is_inward else "out"
        if not walk.member_id:
            gateway.see(AnonymousPassage(lane_id, direction, "exit_request"))  # type: ignore[arg-type]
            return
        zones = (GYM, "") if walk.is_inward else ("", GYM)
        is_guest = walk.is_guest and walk.is_inward
        gateway.see(
            AccessTaken(
                "tap",
                lane_id,
                direction,  # type: ignore[arg-type]
                walk.member_id,
                zone_id=zones[0],
                left_zone_id=zones[1],
                is_guest=is_guest,
            )
        )

    def advance(self, seconds: float) -> None:
        for gateway in self.gateways:
            gateway.clock.advance(seconds)

    async def speak(self, weather: list[Weather]) -> bool:
        """Everybody says what is due, and the wire does what it likes; whether anything was said."""
        for gateway in self.gateways:
            await gateway.sharing.tick()
        sent, self.wire.sent = self.wire.sent, []
        late, self._late = self._late, []
        for number, message in enumerate(sent):
            fate = weather[number % len(weather)] if weather else CALM
            (self._late if fate.is_late else late).extend([message] * fate.copies)
        for topic, data in late:
            for gateway in self.gateways:
                if gateway.gateway_id == topic.receiver_id:
                    gateway.sharing.handle_side_message(str(topic), data)
        return bool(sent or self._late)


@settings(deadline=None)
@given(st.lists(st.tuples(WALKS, st.lists(WEATHER, max_size=6)), max_size=25))
def test_after_any_weather_everybody_knows_the_same_people_inside(story: list[tuple[Walk, list[Weather]]]) -> None:
    async def live() -> Site:
        site = Site()
        for walk, weather in story:
            site.advance(1)
            site.walk(walk)
            await site.speak(weather)
        for _ in range(3):
            site.advance(BEAT_EVERY_S)
            while await site.speak([]):
                pass
        return site

    first, *others = asyncio.run(live()).gateways
    for other in others:
        assert (other.inside(), other.occupancy()) == (first.inside(), first.occupancy())
