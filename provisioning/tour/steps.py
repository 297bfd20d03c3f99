"""The steps of the main job, in the order in which they are told. Each fails loudly when something does not hold."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from provisioning.demo.layout import LANES
from provisioning.demo.seed import CARD_NOTES
from provisioning.demo.site import DemoSite
from provisioning.tour.lane_client import LaneClient
from provisioning.tour.progress import expect

WITHIN_S: Final = 30.0
UNKNOWN_CARD: Final = "77:65000"

Facts = dict[str, object]

BLOCK_TEXTS: Final = {
    "en": "See reception: towel",
    "it": "In reception: telo",
    "ru": "Подойдите к стойке",
}
MESSAGE_TEXTS: Final = {"en": "Happy birthday!", "it": "Buon compleanno!", "ru": "С днём рождения!"}


@dataclass(frozen=True)
class Person:
    """A member that the tour plays: what the console knows and what the card says."""

    member_id: str
    name: str
    locale: str
    card: str


class Cast:
    """Finds members by their situation, each used by one step alone."""

    def __init__(self, site: DemoSite) -> None:
        self._site = site
        self._cards: list[dict[str, str]] = site.turnstile_api.get("/cards")

    def find(self, situation: str, locale: str | None = None) -> Person:
        """The next member in this situation (and language)."""
        for card in self._cards:
            if card["note"] != CARD_NOTES[situation]:  # type: ignore[index]
                continue
            number = card["card"].partition(":")[2]
            member = self._site.api.get(f"/api/v1/members?query={number}")["items"][0]
            if locale in {None, member["locale"]}:
                self._cards.remove(card)
                return Person(member["id"], card["name"], member["locale"], card["card"])
        raise AssertionError(f"the demo club has nobody who is {situation} and speaks {locale}")


class MainJob:
    """The tour's state: the site, its two lanes, and who plays whom."""

    def __init__(self, site: DemoSite) -> None:
        self.site = site
        self.cast = Cast(site)
        self.lanes = [LaneClient(site.turnstile_api, "lane-1"), LaneClient(site.turnstile_api, "lane-2")]
        self._flags: dict[str, str] = {}
        self.blocked = self.cast.find("good", "ru")
        self.greeted = self.cast.find("good", "it")

    def a_good_member_is_allowed_and_the_relay_pulses(self, facts: Facts) -> None:
        lane = self.lanes[0]
        relay, turned = lane.count("relay_in"), lane.count("pass_in")
        decision = lane.enter(self.cast.find("good").card)
        expect(decision["outcome"] == "allow", f"expected to be allowed, was {decision['reason']}")
        expect(lane.count("relay_in") == relay + 1, "the relay did not close exactly once")
        expect(lane.count("pass_in") == turned + 1, "the arm did not turn exactly once")
        expect(not lane.view()["relays"]["in"], "the relay stayed closed")
        facts["decided in us"] = decision["decided_in_us"]

    def unknown_expired_and_frozen_are_refused_each_with_its_reason(self, facts: Facts) -> None:
        lane = self.lanes[0]
        relay = lane.count("relay_in")
        cards = (UNKNOWN_CARD, self.cast.find("expired").card, self.cast.find("frozen").card)
        decisions = [lane.tap(card) for card in cards]
        reasons = [decision["reason"] for decision in decisions]
        expect(
            reasons == ["credential_not_found", "credential_expired", "membership_frozen"],
            f"the reasons were {reasons}",
        )
        expect(len({decision["text"] for decision in decisions}) == len(cards), "two refusals had the same text")
        expect(lane.count("relay_in") == relay, "the relay closed for somebody who was refused")
        facts["texts"] = " | ".join(" ".join(decision["display"]) for decision in decisions)

    def a_block_is_in_force_at_both_gates(self, facts: Facts) -> None:
        flag_id = self._raise_flag(self.blocked, "block", BLOCK_TEXTS)
        facts["acknowledged by both after ms"] = self._wait_proof(flag_id)

    def the_next_tap_is_blocked_in_the_members_language(self, facts: Facts) -> None:
        for lane in self.lanes:
            relay = lane.count("relay_in")
            decision = lane.tap(self.blocked.card)
            expect(decision["outcome"] == "block", f"{lane.name}: was let in: {decision['reason']}")
            expect(decision["reason"] == "flagged_by_staff", f"{lane.name}: the reason was {decision['reason']}")
            self._wait_display(lane, BLOCK_TEXTS["ru"])
            expect(lane.count("relay_in") == relay, f"{lane.name}: the relay closed")
        facts["display"] = BLOCK_TEXTS["ru"]

    def a_message_lets_through_and_shows_its_text(self, facts: Facts) -> None:
        self._wait_proof(self._raise_flag(self.greeted, "message", MESSAGE_TEXTS))
        decision = self.lanes[1].enter(self.greeted.card)
        expect(decision["outcome"] == "message", f"the outcome was {decision['outcome']}")
        shown = " ".join(decision["display"])
        expect(shown == MESSAGE_TEXTS["it"], f"the display showed {shown!r}")
        facts["display"] = shown

    def cleared_flags_let_in_again(self, facts: Facts) -> None:
        for flag_id in self._flags.values():
            self.site.api.post(f"/api/v1/flags/{flag_id}/clear")
        facts["acknowledged by both after ms"] = max(self._wait_proof(flag_id) for flag_id in self._flags.values())
        for lane, person in zip(self.lanes, (self.blocked, self.greeted), strict=True):
            decision = lane.enter(person.card)
            expect(decision["outcome"] == "allow", f"{lane.name}: the outcome was {decision['outcome']}")

    def with_the_broker_dead_taps_go_on_being_decided(self, facts: Facts) -> None:
        self.site.broker.kill()
        for lane in self.lanes:
            cards = [self.cast.find("good").card, UNKNOWN_CARD, self.cast.find("expired").card] * 2
            outcomes = [lane.enter(card)["outcome"] for card in cards]
            expect(outcomes == ["allow", "block", "block"] * 2, f"{lane.name}: decided {outcomes}")
        facts["taps"] = len(cards) * len(self.lanes)

    def the_broker_is_back_and_every_event_is_in_the_cloud_once(self, facts: Facts) -> None:
        self.site.broker.start()
        self.site.broker.wait_ready()
        facts["events compared"] = self._compare_with_cloud()

    def a_gateway_killed_in_the_middle_loses_nothing(self, facts: Facts) -> None:
        lane = self.lanes[0]
        gateway = self.site.gateways["Lane 1"]
        lane.set_walking(is_on=False)
        recorded = self.site.recorded_events("Lane 1")
        lane.tap(self.cast.find("good").card)
        _wait_until(lambda: self.site.recorded_events("Lane 1") > recorded, lambda: "the tap was not recorded")
        gateway.kill()  # somebody stands in the open gate
        lane.set_walking(is_on=True)
        started = time.monotonic()
        gateway.start()
        gateway.wait_ready()
        self.site.wait_until_whole()
        facts["back after ms"] = round((time.monotonic() - started) * 1000)
        expect(not lane.view()["relays"]["in"], "the relay stayed closed behind the killed gateway")
        decision = lane.enter(self.cast.find("good").card)
        expect(decision["outcome"] == "allow", f"after the restart: {decision['reason']}")
        facts["events compared"] = self._compare_with_cloud()

    def _raise_flag(self, person: Person, effect: str, texts: dict[str, str]) -> str:
        flag = self.site.api.post(f"/api/v1/members/{person.member_id}/flags", {"effect": effect, "texts": texts})
        self._flags[person.member_id] = flag["id"]
        return str(flag["id"])

    def _wait_proof(self, flag_id: str) -> int:
        """Until both gateways have acknowledged; the answer is the time since now, in milliseconds."""
        started = time.monotonic()
        flag: dict[str, Any] = {}

        def is_proven() -> bool:
            nonlocal flag
            flag = self.site.api.get(f"/api/v1/flags/{flag_id}")
            return len(flag["proof"]) == len(self.lanes) and all(p["state"] == "in_force" for p in flag["proof"])

        _wait_until(is_proven, lambda: f"no proof from every gate: {flag['proof']}")
        return round((time.monotonic() - started) * 1000)

    def _wait_display(self, lane: LaneClient, text: str) -> None:
        """The reader shows what it is told a few milliseconds after the decision."""
        shown: list[str] = []

        def is_shown() -> bool:
            nonlocal shown
            shown = " ".join(lane.view()["reader"]["lines"]).split()
            return shown == text.split()

        _wait_until(is_shown, lambda: f"{lane.name}: the display shows {shown}")

    def _compare_with_cloud(self) -> int:
        """What both turnstiles have shown must be in the cloud exactly once and in order; the answer is how many."""
        gateways = {gateway["name"]: gateway["id"] for gateway in self.site.api.get("/api/v1/gateways")["items"]}
        for lane, title in zip(self.lanes, LANES, strict=True):
            self._compare_lane(lane, gateways[title])
        return sum(len(lane.seen_tap_ids) for lane in self.lanes)

    def _compare_lane(self, lane: LaneClient, gateway_id: str) -> None:
        stored: list[str] = []

        def is_whole() -> bool:
            nonlocal stored
            stored = self._stored_tap_ids(gateway_id)
            return stored == lane.seen_tap_ids

        _wait_until(is_whole, lambda: f"{lane.name} showed {lane.seen_tap_ids}, the cloud has {stored}")

    def _stored_tap_ids(self, gateway_id: str) -> list[str]:
        """The decisions of a gateway as the cloud has them, the oldest first."""
        events: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.site.api.get(f"/api/v1/access-events?gateway_id={gateway_id}&limit=100{after}")
            events += page["items"]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        return [event["tap_id"] for event in reversed(events) if event["kind"] == "access_decided"]


def _wait_until(condition: Callable[[], bool], complaint: Callable[[], str]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        expect(time.monotonic() < deadline, f"not within {WITHIN_S:.0f} s: {complaint()}")
        time.sleep(0.02)
