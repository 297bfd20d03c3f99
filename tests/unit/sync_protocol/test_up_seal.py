"""What goes up is believed for its topic, its number and its gateway's key, and for nothing else."""

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from sync_protocol.errors import MalformedMessageError, MessageTooLargeError, SignatureInvalidError
from sync_protocol.up_seal import NUMBER_MAX, SEALED_BYTES_MAX, Speaker, read_sealed, seal_up
from tests.voices import stranger

TOPIC = "tornello/1/sit_a/gwy_a/up/hello"
ANNA, BORIS = stranger(1), stranger(2)


def key_of(speaker: Speaker) -> ec.EllipticCurvePublicKey:
    key = x509.load_der_x509_certificate(speaker.certificate).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


def altered(data: bytes, place: int, value: object) -> bytes:
    fields = msgspec.msgpack.decode(data)
    fields[place] = value
    return msgspec.msgpack.encode(fields)


def test_what_was_sealed_is_opened_with_the_key_that_it_names() -> None:
    sealed = read_sealed(TOPIC, seal_up(TOPIC, b"hello", 7, ANNA))
    assert (sealed.serial, sealed.number, sealed.certificate) == (ANNA.serial, 7, b"")
    assert sealed.open(key_of(ANNA)) == b"hello"


def test_the_certificate_travels_where_it_is_wanted() -> None:
    sealed = read_sealed(TOPIC, seal_up(TOPIC, b"hello", 7, ANNA, shows_certificate=True))
    assert sealed.certificate == ANNA.certificate


@pytest.mark.parametrize(
    ("place", "value"), [(1, "ff"), (2, 8), (3, b""), (3, b"\x30\x06\x02\x01\x01\x02\x01\x01"), (4, b"hellO"), (4, b"")]
)
def test_nothing_of_it_can_be_altered(place: int, value: object) -> None:
    data = altered(seal_up(TOPIC, b"hello", 7, ANNA), place, value)
    with pytest.raises(SignatureInvalidError):
        read_sealed(TOPIC, data).open(key_of(ANNA))


@pytest.mark.parametrize(
    "topic",
    ["tornello/1/sit_a/gwy_b/up/hello", "tornello/1/sit_b/gwy_a/up/hello", "tornello/1/sit_a/gwy_a/up/heartbeat"],
)
def test_it_holds_for_no_other_topic(topic: str) -> None:
    with pytest.raises(SignatureInvalidError):
        read_sealed(topic, seal_up(TOPIC, b"hello", 7, ANNA)).open(key_of(ANNA))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SignatureInvalidError):
        read_sealed(TOPIC, seal_up(TOPIC, b"hello", 7, ANNA)).open(key_of(BORIS))


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, 2), (1, ""), (1, "AB"), (1, "a" * 41), (2, 0), (2, -1), (2, NUMBER_MAX + 1), (2, 1.5), (5, bytes(4097))],
)
def test_an_envelope_that_is_none_is_refused(place: int, value: object) -> None:
    with pytest.raises(MalformedMessageError):
        read_sealed(TOPIC, altered(seal_up(TOPIC, b"hello", 7, ANNA), place, value))


def test_a_message_that_is_not_sealed_is_refused() -> None:
    with pytest.raises(MalformedMessageError):
        read_sealed(TOPIC, msgspec.msgpack.encode((1, "hello", {})))


def test_what_would_be_too_large_is_neither_sealed_nor_read() -> None:
    with pytest.raises(MessageTooLargeError):
        seal_up(TOPIC, bytes(SEALED_BYTES_MAX), 7, ANNA)
    with pytest.raises(MalformedMessageError):
        read_sealed(TOPIC, bytes(SEALED_BYTES_MAX + 1))
