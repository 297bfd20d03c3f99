from dataclasses import replace

import pytest

from access_policy.site_policy import SitePolicy
from access_policy.zone import LanePlace, Zone
from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.service.display import DisplaySettings
from gateway.service.keypad_check import KeypadCheck
from gateway.service.reader_feedback import ReaderPlace
from tests.gate_fakes import SITE, FakeBus


def place(name: str, *, has_keypad: bool = False, direction: str = "in") -> ReaderPlace:
    point = AccessPoint("lan_a", direction)  # type: ignore[arg-type]
    return ReaderPlace(ReaderKey(name), point, DisplaySettings(), FakeBus(), has_keypad=has_keypad)


def site(*, needs_pin: bool) -> SitePolicy:
    zone = Zone("zon_a", "Safe", needs_pin=needs_pin)
    return replace(SITE, zones={"zon_a": zone}, lanes={"lan_a": LanePlace("lan_a", "zon_a")})


def test_a_reader_without_keypad_before_a_zone_with_pins_is_told_once_and_again_when_it_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    check = KeypadCheck((place("entry"), place("keys", has_keypad=True), place("exit", direction="out")))
    for rules, told in ((None, 0), (site(needs_pin=True), 1), (site(needs_pin=True), 1), (site(needs_pin=False), 1)):
        check.learn_site(rules)
        assert len(caplog.messages) == told
    check.learn_site(site(needs_pin=True))
    assert [message.split(",")[0] for message in caplog.messages] == ["reader entry has no keypad"] * 2
