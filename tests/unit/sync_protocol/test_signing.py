import msgspec
import pytest

from sync_protocol.errors import MalformedMessageError, MessageTooLargeError, SignatureInvalidError
from sync_protocol.signing import SIGNED_BYTES_MAX, SiteSigner, SiteVerifier, key_id_of

SIGNER = SiteSigner(b"\x01" * 32)
VERIFIER = SiteVerifier({SIGNER.key_id: SIGNER.public_key})
TOPIC = "tornello/1/sit_a/gwy_a/down/delta"


def test_a_signed_payload_is_opened_on_its_topic() -> None:
    assert VERIFIER.open(TOPIC, SIGNER.sign(TOPIC, b"payload")) == b"payload"


@pytest.mark.parametrize("topic", ["tornello/1/sit_a/gwy_b/down/delta", "tornello/1/sit_a/gwy_a/down/snapshot", ""])
def test_a_payload_cannot_be_moved_to_another_topic(topic: str) -> None:
    with pytest.raises(SignatureInvalidError):
        VERIFIER.open(topic, SIGNER.sign(TOPIC, b"payload"))


def test_a_changed_payload_is_noticed() -> None:
    version, key_id, signature, _ = msgspec.msgpack.decode(SIGNER.sign(TOPIC, b"payload"))
    with pytest.raises(SignatureInvalidError):
        VERIFIER.open(TOPIC, msgspec.msgpack.encode((version, key_id, signature, b"other")))


def test_a_key_of_another_site_is_not_known() -> None:
    stranger = SiteSigner(b"\x02" * 32)
    with pytest.raises(SignatureInvalidError, match="does not know"):
        VERIFIER.open(TOPIC, stranger.sign(TOPIC, b"payload"))


def test_a_stranger_who_uses_our_key_id_is_noticed() -> None:
    _, _, signature, payload = msgspec.msgpack.decode(SiteSigner(b"\x02" * 32).sign(TOPIC, b"payload"))
    with pytest.raises(SignatureInvalidError, match="does not hold"):
        VERIFIER.open(TOPIC, msgspec.msgpack.encode((1, SIGNER.key_id, signature, payload)))


def test_two_keys_may_be_good_at_once_while_one_replaces_the_other() -> None:
    new = SiteSigner(b"\x03" * 32)
    both = SiteVerifier({SIGNER.key_id: SIGNER.public_key, new.key_id: new.public_key})
    assert both.open(TOPIC, SIGNER.sign(TOPIC, b"old")) == b"old"
    assert both.open(TOPIC, new.sign(TOPIC, b"new")) == b"new"


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x94\x01\xa1k\xc4\x00", b"\xff" * 64, b"\x91" * 3000])
def test_rubbish_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        VERIFIER.open(TOPIC, data)


def test_a_signature_of_the_wrong_length_does_not_hold() -> None:
    with pytest.raises(SignatureInvalidError):
        VERIFIER.open(TOPIC, msgspec.msgpack.encode((1, SIGNER.key_id, b"short", b"x")))


def test_too_much_is_refused_unread() -> None:
    with pytest.raises(MalformedMessageError, match="64 KiB"):
        VERIFIER.open(TOPIC, bytes(SIGNED_BYTES_MAX + 1))


def test_what_nobody_would_take_is_not_signed() -> None:
    with pytest.raises(MessageTooLargeError):
        SIGNER.sign(TOPIC, bytes(SIGNED_BYTES_MAX - 50))
    assert VERIFIER.open(TOPIC, SIGNER.sign(TOPIC, bytes(SIGNED_BYTES_MAX - 200)))


def test_the_key_id_is_a_short_name_of_the_key() -> None:
    assert SIGNER.key_id == key_id_of(SIGNER.public_key)
    assert len(SIGNER.key_id) == 16
