"""The bytes on the wire are part of the contract: what was written once is still written and read so."""

from typing import get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from sync_protocol.codec import encode_message, parse_message
from sync_protocol.journal_events import EventBody, SealedEvent, chain_after, parse_event
from sync_protocol.messages import DOWN_MESSAGES, UP_MESSAGES
from sync_protocol.signing import SiteSigner, SiteVerifier
from sync_protocol.state_rows import StateRow, encode_row, parse_row
from sync_protocol.topics import parse_topic
from sync_protocol.up_seal import read_sealed
from tests.vectors.sync import BODIES, EVENTS, GOLDEN, ROWS, event, golden_bytes

BYTES = golden_bytes()


def test_every_kind_of_message_has_its_golden_bytes() -> None:
    kinds = {f"up/{kind}" for kind in UP_MESSAGES} | {f"down/{kind}" for kind in DOWN_MESSAGES}
    assert set(GOLDEN) == kinds == set(BYTES["messages"])
    assert set(ROWS) == set(BYTES["rows"])
    assert set(BODIES) == set(BYTES["events"])


def test_every_kind_of_row_and_of_event_has_its_golden_bytes() -> None:
    assert {type(row) for row in ROWS.values()} == set(get_args(StateRow))
    assert {type(body) for body in BODIES.values()} == set(get_args(EventBody))


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_message_is_written_and_read_as_ever(name: str) -> None:
    golden = bytes.fromhex(BYTES["messages"][name])
    topic = parse_topic(f"tornello/1/sit_a/gwy_a/{name}")
    assert encode_message(GOLDEN[name]) == golden
    assert parse_message(golden, topic.direction, topic.kind) == GOLDEN[name]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_row_is_written_and_read_as_ever(name: str) -> None:
    golden = bytes.fromhex(BYTES["rows"][name])
    assert encode_row(ROWS[name]) == golden
    assert parse_row(golden) == ROWS[name]


@pytest.mark.parametrize("name", sorted(BODIES))
def test_an_event_is_written_and_read_as_ever(name: str) -> None:
    golden = bytes.fromhex(BYTES["events"][name])
    assert EVENTS[name].content == golden
    assert EVENTS[name].chain == chain_after(bytes(32), golden)
    assert parse_event(SealedEvent(5, golden, bytes(32))) == event(BODIES[name])


def test_a_signed_message_is_opened_as_ever() -> None:
    signer = SiteSigner(bytes(range(32)))
    topic = "tornello/1/sit_a/gwy_a/down/welcome"
    golden = bytes.fromhex(BYTES["signed"]["welcome"])
    assert signer.sign(topic, encode_message(GOLDEN["down/welcome"])) == golden
    verifier = SiteVerifier({signer.key_id: signer.public_key})
    assert parse_message(verifier.open(topic, golden), "down", "welcome") == GOLDEN["down/welcome"]


def test_a_sealed_message_is_opened_as_ever() -> None:
    """A signature of ECDSA is another one each time; what was signed once is read for ever."""
    topic = "tornello/1/sit_a/gwy_a/up/hello"
    sealed = read_sealed(topic, bytes.fromhex(BYTES["sealed"]["hello"]))
    certificate = x509.load_der_x509_certificate(sealed.certificate)
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert (sealed.serial, sealed.number) == (f"{certificate.serial_number:x}", 1_795_000_000_123)
    assert parse_message(sealed.open(key), "up", "hello") == GOLDEN["up/hello"]
