"""Whatever bytes arrive, the answer is a message or one of the typed errors."""

import contextlib
from typing import cast

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.codec import encode_message, parse_message
from sync_protocol.errors import SyncProtocolError
from sync_protocol.journal_events import SealedEvent, parse_event
from sync_protocol.messages import DOWN_MESSAGES, KIND_OF, UP_MESSAGES
from sync_protocol.signing import SiteSigner, SiteVerifier
from sync_protocol.topics import Direction, parse_topic
from sync_protocol.up_seal import read_sealed, seal_up
from tests.vectors.sync import GOLDEN
from tests.voices import stranger

SIGNER = SiteSigner(b"\x01" * 32)
SPEAKER = stranger()
KEY = cast("ec.EllipticCurvePublicKey", x509.load_der_x509_certificate(SPEAKER.certificate).public_key())
SEALED = seal_up("tornello/1/s/g/up/hello", b"some words", 7, SPEAKER)
VERIFIER = SiteVerifier({SIGNER.key_id: SIGNER.public_key})
KINDS: list[tuple[Direction, str]] = [
    *(("up", kind) for kind in UP_MESSAGES),
    *(("down", kind) for kind in DOWN_MESSAGES),
]
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.binary(max_size=40) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)


@given(data=st.binary(max_size=300), way=st.sampled_from(KINDS))
def test_random_bytes(data: bytes, way: tuple[Direction, str]) -> None:
    with contextlib.suppress(SyncProtocolError):
        parse_message(data, *way)
    with contextlib.suppress(SyncProtocolError):
        VERIFIER.open("tornello/1/s/g/down/delta", data)
    with contextlib.suppress(SyncProtocolError):
        read_sealed("tornello/1/s/g/up/hello", data)
    with contextlib.suppress(SyncProtocolError):
        parse_event(SealedEvent(0, data, bytes(32)))


@given(version=st.integers(-5, 5), body=trees, way=st.sampled_from(KINDS))
def test_well_formed_messagepack_of_any_shape(version: int, body: object, way: tuple[Direction, str]) -> None:
    with contextlib.suppress(SyncProtocolError):
        parse_message(msgspec.msgpack.encode((version, way[1], body)), *way)


@given(fields=st.lists(trees, max_size=7))
def test_an_envelope_of_any_shape(fields: list[object]) -> None:
    with contextlib.suppress(SyncProtocolError):
        read_sealed("tornello/1/s/g/up/hello", msgspec.msgpack.encode([1, "0a", *fields]))


@given(data=st.data())
def test_a_genuine_envelope_with_flipped_bytes_is_not_opened(data: st.DataObject) -> None:
    topic, genuine = "tornello/1/s/g/up/hello", bytearray(SEALED)
    place, flip = data.draw(st.integers(0, len(genuine) - 1)), data.draw(st.integers(1, 255))
    genuine[place] ^= flip
    with contextlib.suppress(SyncProtocolError):
        sealed = read_sealed(topic, bytes(genuine))
        sealed.open(KEY)
        assert (sealed.serial, sealed.number) != (SPEAKER.serial, 7), "nothing else is outside of the signature"


@given(data=st.data(), message=st.sampled_from(list(GOLDEN.values())))
def test_a_genuine_message_with_flipped_bytes(data: st.DataObject, message: object) -> None:
    direction: Direction = "up" if type(message) in UP_MESSAGES.values() else "down"
    kind = KIND_OF[type(message)]  # type: ignore[index]
    encoded = bytearray(encode_message(message))  # type: ignore[arg-type]
    for _ in range(data.draw(st.integers(1, 4))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SyncProtocolError):
        parse_message(bytes(encoded), direction, kind)


@given(text=st.text(max_size=200))
def test_any_topic(text: str) -> None:
    with contextlib.suppress(SyncProtocolError):
        parse_topic(text)


@given(depth=st.integers(1, 60_000), opener=st.sampled_from([b"\x91", b"\x81\xa1a", b"\x93\x01\xa5hello"]))
def test_nesting_however_deep(depth: int, opener: bytes) -> None:
    with contextlib.suppress(SyncProtocolError):
        parse_message(opener * (depth // len(opener)), "up", "hello")
