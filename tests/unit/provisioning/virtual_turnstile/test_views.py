from datetime import UTC, datetime

from firmware_protocol.osdp.commands import Buzzer, Led, LedColor, LedPattern, Text
from provisioning.virtual_turnstile.reader_face import ReaderFace
from provisioning.virtual_turnstile.views import DecisionView, view_face, view_light, view_sound


def test_a_temporary_light_tells_how_long_it_stays() -> None:
    face = ReaderFace()
    face.apply(Led(temporary=LedPattern(LedColor.RED, on_ms=300, off_ms=200), timer_ms=2000), now=10.0)
    view = view_light(face.light, now=10.5)
    assert (view.on_color, view.off_color, view.on_ms, view.off_ms) == ("red", "black", 300, 200)
    assert view.remaining_ms == 1500


def test_a_permanent_light_has_no_end() -> None:
    assert view_light(ReaderFace().light, now=0.0).remaining_ms is None


def test_the_buzzers_order_is_shown_as_it_was_given() -> None:
    face = ReaderFace()
    face.apply(Buzzer(on_ms=100, off_ms=200, repeat_count=3), now=0.0)
    sound = view_sound(face.sound)
    assert (sound.is_sounding, sound.on_ms, sound.off_ms, sound.repeat_count) == (True, 100, 200, 3)


def test_a_face_shows_its_lines() -> None:
    face = ReaderFace()
    face.apply(Text(b"Welcome"), now=0.0)
    assert view_face(face, now=0.0)["lines"] == ("Welcome         ", " " * 16)


def test_a_decision_leaves_out_what_the_turnstile_does_not_know() -> None:
    record = {
        "type": "decision",
        "event": "access_decided",
        "at": datetime(2026, 11, 21, tzinfo=UTC),
        "tap_id": "t",
        "lane_id": "lan_1",
        "direction": "in",
        "reader": "entry",
        "credential_hash": "00",
        "outcome": "allow",
        "reason": "granted",
        "rule": "contract",
        "revision": 3,
    }
    view = DecisionView.model_validate(record)
    assert view.flag_ids == ()
    assert "credential_hash" not in view.model_dump()
