"""A gateway's words have rising numbers, whatever its clock does, and the key of the connection's certificate."""

import pytest

from gateway.certificate_voice import CertificateVoice
from mqtt_client.errors import LinkLostError
from sync_protocol.up_seal import Speaker, read_sealed
from tests.voices import stranger

TOPIC = "tornello/1/sit_a/gwy_a/up/heartbeat"


class Gateway:
    def __init__(self) -> None:
        self.now_ms = 1000
        self.speaker: Speaker | None = stranger(1)
        self.voice = CertificateVoice(lambda: self.speaker, lambda: self.now_ms)

    def say(self) -> int:
        """The number of what is said."""
        return read_sealed(TOPIC, self.voice.seal(TOPIC, b"", shows_certificate=False)).number


def test_numbers_follow_the_clock_and_never_fall() -> None:
    gateway = Gateway()
    assert [gateway.say(), gateway.say()] == [1000, 1001]
    gateway.now_ms = 5000
    assert gateway.say() == 5000
    gateway.now_ms = 10
    assert gateway.say() == 5001


def test_a_clock_that_was_set_back_over_a_restart_goes_on_behind_what_the_cloud_has_heard() -> None:
    gateway = Gateway()
    gateway.voice.note_heard(1_800_000_000_000)
    assert gateway.say() == 1_800_000_000_001
    gateway.voice.note_heard(5)
    assert gateway.say() == 1_800_000_000_002


def test_it_speaks_with_the_key_of_the_certificate_that_is_shown() -> None:
    gateway = Gateway()
    gateway.speaker = stranger(2)
    assert read_sealed(TOPIC, gateway.voice.seal(TOPIC, b"", shows_certificate=True)).serial == "2"


def test_without_a_key_nothing_is_said() -> None:
    gateway = Gateway()
    gateway.speaker = None
    with pytest.raises(LinkLostError):
        gateway.say()
