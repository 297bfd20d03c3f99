"""One call from the card's bits to the open relay."""

from dataclasses import replace

import pytest

from access_policy.credential import Credential
from access_policy.entitlement import Entitlement, EntitlementWindow, Role
from access_policy.flags import Flag
from access_policy.gate_view import GateView
from access_policy.site_policy import SitePolicy
from access_policy.zone import LanePlace, Zone
from firmware_protocol.wiegand import encode_wiegand26
from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.domain.feedback import FeedbackPlan
from gateway.domain.lane_inputs import LaneSignal
from gateway.domain.lane_states import LaneState
from gateway.service.card_tap import CardTap, GateParts
from gateway.service.display import DisplaySettings
from gateway.service.gate_report import GateReport
from gateway.service.passage import LanePassages
from gateway.service.pin_collection import PinCollection
from gateway.service.ports import CardPresented, CodePresented, KeysPressed
from gateway.service.reader_feedback import ReaderFeedback, ReaderPlace
from gateway.service.relay_control import LaneTiming
from sync_protocol.journal_events import AccessDecided, AccessTaken
from tests.display_catalogue import display_catalogue
from tests.fake_clock import FakeClock
from tests.gate_fakes import SITE, FakeBus, FakeJournal, FakeLane, FakeState, FakeStatus, FakeTimers, unhashed_knowledge

ENTRY, EXIT = ReaderKey("entry"), ReaderKey("exit")
CARD = encode_wiegand26(17, 100)


class Scene:
    """One lane with a reader on each side; credentials are not hashed here."""

    def __init__(self) -> None:
        self.clock, self.journal, self.lane = FakeClock(), FakeJournal(), FakeLane()
        self.bus, self.state, self.status, self.timers = FakeBus(), FakeState(), FakeStatus(), FakeTimers()
        places = {
            ENTRY: ReaderPlace(ENTRY, AccessPoint("lan_a", "in"), DisplaySettings(), self.bus),
            EXIT: ReaderPlace(EXIT, AccessPoint("lan_a", "out"), DisplaySettings(), self.bus),
        }
        feedback = ReaderFeedback(places, display_catalogue())
        report = GateReport(feedback, self.status, lambda: None)
        self.passages = LanePassages(self.lane, LaneTiming(), journal=self.journal, timers=self.timers, listener=report)
        knowledge = unhashed_knowledge(self.state, self.clock)
        numbers = iter(range(100))
        self.pins = PinCollection(self.timers)
        self.tap = CardTap(
            GateParts(places, {"lan_a": self.passages}, feedback, self.pins),
            knowledge,
            journal=self.journal,
            status=self.status,
            new_tap_id=lambda: f"tap_{next(numbers)}",
        )

    def know(
        self,
        card: int,
        member_id: str = "mem_a",
        *flags: Flag,
        visits_left: int | None = None,
        pin: str = "",
        duress_pin: str = "",
        site: SitePolicy = SITE,
        role: Role = "member",
    ) -> None:
        now = self.clock.wall_ms() // 1000
        canonical = f"wiegand26:17:{card}"
        window = EntitlementWindow("ctr_a", now - 1, now + 1_000, visits_left=visits_left)
        hashes = [f"{canonical}/{one}" if one else "" for one in (pin, duress_pin)]
        credential = Credential(canonical, member_id, "active", *hashes)
        entitlement = Entitlement(member_id, "Anna", "en", (window,), role)
        self.state.views[canonical] = GateView(credential, entitlement, flags, site, 7, now)

    def type(self, keys: str) -> None:
        self.pins.press(KeysPressed(ENTRY, keys, self.clock.monotonic()))

    def present(self, data: bytes = CARD, reader: ReaderKey = ENTRY, bit_count: int = 26) -> AccessDecided:
        self.tap.handle_card(CardPresented(reader, data, bit_count, self.clock.monotonic()))
        event = self.journal.bodies[-1]
        assert isinstance(event, AccessDecided)
        return event


def test_a_good_card_opens_the_relay_and_is_recorded_in_the_same_call() -> None:
    scene = Scene()
    scene.know(100)
    event = scene.present()
    assert scene.lane.calls == ["unlock in 500"]
    assert (event.outcome, event.reason, event.rule) == ("allow", "granted", "contract")
    assert (event.member_id, event.contract_id, event.credential_hash) == ("mem_a", "ctr_a", "wiegand26:17:100")
    assert (event.tap_id, event.reader, event.text, event.revision) == ("tap_0", "entry", "Welcome\nAnna", 7)
    assert scene.bus.shown[-1][1].lines == ("Welcome", "Anna")


def test_an_unknown_card_moves_nothing() -> None:
    scene = Scene()
    event = scene.present()
    assert scene.lane.calls == []
    assert (event.outcome, event.reason, event.member_id) == ("block", "credential_not_found", None)
    assert scene.bus.shown[-1][1].signal == FeedbackPlan().signals["block"]
    assert scene.passages.state is LaneState.LOCKED


def test_a_card_that_was_misread_is_recorded_without_a_credential() -> None:
    scene = Scene()
    flipped = bytes([CARD[0] ^ 0x80, *CARD[1:]])
    event = scene.present(flipped)
    assert (event.outcome, event.reason, event.credential_hash) == ("block", "credential_unreadable", "")


def test_a_card_whose_bits_and_bytes_do_not_agree_is_a_misread_one() -> None:
    assert Scene().present(b"\x00", bit_count=26).reason == "credential_unreadable"


def test_the_exit_reader_opens_the_exit() -> None:
    scene = Scene()
    scene.know(100, visits_left=0)
    event = scene.present(reader=EXIT)
    assert scene.lane.calls == ["unlock out 500"]
    assert event.text == "Goodbye\nAnna"


def test_a_second_tap_is_answered_at_once_while_the_lane_is_taken() -> None:
    scene = Scene()
    scene.know(100)
    scene.know(200, "mem_b")
    scene.present()
    event = scene.present(encode_wiegand26(17, 200))
    assert (event.outcome, event.reason) == ("block", "lane_busy")
    assert scene.lane.calls == ["unlock in 500"]


def test_the_flags_considered_are_recorded() -> None:
    scene = Scene()
    flag = Flag("flg_a", "mem_a", "manual", "block", texts={"en": "See Marco"})
    scene.know(100, "mem_a", flag)
    event = scene.present()
    assert (event.flag_ids, event.text, event.rule) == (("flg_a",), "See Marco", "blocking_flag")


def test_visits_burnt_here_count() -> None:
    scene = Scene()
    scene.know(100, visits_left=1)
    scene.journal.spent["ctr_a"] = 1
    assert scene.present().reason == "no_visits_left"


def test_the_time_from_the_card_to_the_relay_is_recorded() -> None:
    scene = Scene()
    scene.know(100)
    card = CardPresented(ENTRY, CARD, 26, scene.clock.monotonic() - 0.002)
    scene.tap.handle_card(card)
    event = scene.journal.bodies[-1]
    assert isinstance(event, AccessDecided)
    assert event.decided_in_us == pytest.approx(2_000, abs=1)


def test_local_listeners_get_the_decision_with_its_explanation() -> None:
    scene = Scene()
    scene.know(100)
    scene.present()
    record = scene.status.records[-1]
    assert record["type"] == "decision"
    assert record["display"] == ["Welcome", "Anna"]
    assert "rule contract" in str(record["explanation"])


def test_the_sites_language_is_learnt_from_what_is_found() -> None:
    scene = Scene()
    scene.state.nobody = replace(scene.state.nobody, site=replace(SITE, rules=replace(SITE.rules, locale="ru")))
    assert scene.present().text == "Карта не найдена\nПодойдите к нам"


def test_a_code_from_a_scanner_is_a_credential_like_a_card() -> None:
    scene = Scene()
    now = scene.clock.wall_ms() // 1000
    window = EntitlementWindow("ctr_a", now - 1, now + 1_000)
    credential = Credential("code:TICKET-7", "mem_a")
    scene.state.views["code:TICKET-7"] = GateView(
        credential, Entitlement("mem_a", "Anna", "en", (window,)), (), SITE, 7, now
    )
    scene.tap.handle_card(CodePresented(ENTRY, b"TICKET-7", scene.clock.monotonic()))
    event = scene.journal.bodies[-1]
    assert isinstance(event, AccessDecided)
    assert (event.outcome, event.credential_hash) == ("allow", "code:TICKET-7")


def test_a_code_without_characters_is_unreadable_by_its_format() -> None:
    scene = Scene()
    scene.tap.handle_card(CodePresented(ENTRY, b"\xff\xfe", scene.clock.monotonic()))
    event = scene.journal.bodies[-1]
    assert isinstance(event, AccessDecided)
    assert (event.reason, event.rule, event.credential_hash) == ("credential_unreadable", "card_format", "")


def test_a_pin_goes_with_the_tap_that_follows_and_is_gone() -> None:
    scene = Scene()
    scene.know(100, pin="1234")
    scene.type("1234#")
    event = scene.present()
    assert event.facts is not None
    assert (event.outcome, event.facts.pin) == ("allow", "right")
    assert scene.pins.take(ENTRY) is None
    assert "1234" not in repr(scene.journal.bodies) + repr(scene.status.records)


def test_a_wrong_pin_stops_a_card_that_has_one_and_means_nothing_for_one_without() -> None:
    scene = Scene()
    scene.know(100, pin="1234")
    scene.type("9999#")
    assert scene.present().reason == "invalid_pin"
    scene.know(100)
    scene.type("9999#")
    assert scene.present().outcome == "allow"


def test_under_duress_all_at_the_gate_is_as_ever_and_the_event_tells_staff() -> None:
    usual, duress = Scene(), Scene()
    for scene, pin in ((usual, "1234"), (duress, "1235")):
        scene.know(100, pin="1234", duress_pin="1235")
        scene.type(f"{pin}#")
        scene.present()
    assert duress.lane.calls == usual.lane.calls
    assert duress.bus.shown == usual.bus.shown
    assert duress.status.records == usual.status.records
    event = duress.journal.bodies[-1]
    assert isinstance(event, AccessDecided)
    assert event.signals == ("duress",)


def test_the_sites_own_words_are_shown() -> None:
    scene = Scene()
    rules = replace(SITE.rules, locale="en", texts={"credential_not_found": {"en": "Who are you?"}})
    scene.state.nobody = replace(scene.state.nobody, site=replace(SITE, rules=rules))
    assert scene.present().text == "Who are you?"


def test_the_passage_says_which_zones_it_joined_and_that_it_was_one_of_the_staff() -> None:
    scene = Scene()
    site = replace(
        SITE, zones={"zon_a": Zone("zon_a", "Gym")}, lanes={"lan_a": LanePlace("lan_a", "zon_a", "zon_lobby")}
    )
    scene.know(100, site=site, role="staff")
    assert scene.present().zone_id == "zon_a"
    scene.lane.say(LaneSignal.ROTATION_IN)
    taken = scene.journal.bodies[-1]
    assert isinstance(taken, AccessTaken)
    assert (taken.zone_id, taken.left_zone_id, taken.is_staff) == ("zon_a", "zon_lobby", True)
