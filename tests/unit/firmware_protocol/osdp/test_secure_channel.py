from dataclasses import replace

import pytest

from firmware_protocol.osdp.ciphers import encrypt_cbc
from firmware_protocol.osdp.codes import SecurityBlockType
from firmware_protocol.osdp.errors import SecurityError, SecurityFailure
from firmware_protocol.osdp.frame import Frame, SecurityBlock
from firmware_protocol.osdp.secure_channel import (
    SecureSession,
    SessionKeys,
    compute_mac,
    derive_scbk,
    derive_session_keys,
)

KEYS = derive_session_keys(bytes(range(16)), bytes(8))
POLL = Frame(1, False, 1, 0x60)
TEXT = Frame(1, False, 1, 0x6B, b"0123456789abcdef")
ACK = Frame(1, True, 1, 0x40)


def sessions() -> tuple[SecureSession, SecureSession]:
    return SecureSession(KEYS, bytes(16)), SecureSession(KEYS, bytes(16))


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 255])
def test_data_of_any_size_arrives_as_it_was_sent(size: int) -> None:
    acu, device = sessions()
    for _ in range(3):
        command = Frame(1, False, 1, 0x80, bytes(range(size)))
        assert device.open(acu.seal(command)) == command.payload
        reply = Frame(1, True, 1, 0x90, bytes(size))
        assert acu.open(device.seal(reply)) == reply.payload


def test_data_is_encrypted_and_frames_without_data_are_marked_so() -> None:
    acu, device = sessions()
    sealed = acu.seal(TEXT)
    assert sealed.security == SecurityBlock(SecurityBlockType.SCS_17)
    assert TEXT.payload not in sealed.encode()
    assert acu.seal(POLL).security == SecurityBlock(SecurityBlockType.SCS_15)
    assert device.seal(ACK).security == SecurityBlock(SecurityBlockType.SCS_16)


def test_a_replayed_frame_is_refused() -> None:
    acu, device = sessions()
    first = acu.seal(POLL)
    device.open(first)
    acu.open(device.seal(ACK))
    with pytest.raises(SecurityError, match="forged, replayed or lost"):
        device.open(first)


def test_a_changed_frame_is_refused_and_the_right_one_still_taken() -> None:
    acu, device = sessions()
    sealed = acu.seal(TEXT)
    for forged in (
        replace(sealed, code=0x6A),
        replace(sealed, address=2),
        replace(sealed, sequence=2),
        replace(sealed, mac=bytes(4)),
        replace(sealed, payload=sealed.payload[:-1] + b"\x00"),
    ):
        with pytest.raises(SecurityError) as refused:
            device.open(forged)
        assert refused.value.failure is SecurityFailure.WRONG_MAC
    assert device.open(sealed) == TEXT.payload


@pytest.mark.parametrize(
    "frame",
    [
        TEXT,
        replace(TEXT, security=SecurityBlock(SecurityBlockType.SCS_13, b"\x01")),
        replace(POLL, security=SecurityBlock(SecurityBlockType.SCS_16), mac=bytes(4)),
    ],
)
def test_a_frame_without_the_sessions_protection_is_plain_text(frame: Frame) -> None:
    _, device = sessions()
    with pytest.raises(SecurityError) as refused:
        device.open(frame)
    assert refused.value.failure is SecurityFailure.PLAIN_TEXT


def authentic(payload: bytes, block_type: SecurityBlockType) -> Frame:
    """A reply with a right MAC, whatever its data."""
    frame = Frame(1, True, 1, 0x50, payload, SecurityBlock(block_type))
    return frame.with_mac(compute_mac(KEYS, bytes(16), frame.authenticated_bytes()))


def test_authentic_data_in_clear_is_refused_but_for_a_naks_reason() -> None:
    assert SecureSession(KEYS, bytes(16)).open(authentic(b"\x03", SecurityBlockType.SCS_16)) == b"\x03"
    with pytest.raises(SecurityError, match="plain text"):
        SecureSession(KEYS, bytes(16)).open(authentic(b"card data", SecurityBlockType.SCS_16))


def test_an_empty_encrypted_part_is_tolerated() -> None:
    assert SecureSession(KEYS, bytes(16)).open(authentic(b"", SecurityBlockType.SCS_18)) == b""


@pytest.mark.parametrize("payload", [b"odd", encrypt_cbc(KEYS.s_enc, b"\xff" * 16, bytes(16))])
def test_encrypted_data_of_a_wrong_length_or_padding_is_refused(payload: bytes) -> None:
    with pytest.raises(SecurityError):
        SecureSession(KEYS, bytes(16)).open(authentic(payload, SecurityBlockType.SCS_18))


def test_keys_are_not_shown() -> None:
    assert repr(SessionKeys(b"a" * 16, b"b" * 16, b"c" * 16)) == "SessionKeys()"


def test_a_base_key_is_derived_from_the_master_key_and_the_readers_identity() -> None:
    first, second = (derive_scbk(bytes(16), bytes((number,)) * 8) for number in (1, 2))
    assert len(first) == 16
    assert first != second


def test_the_mac_of_whole_blocks_needs_no_padding() -> None:
    block = bytes(range(16))
    assert compute_mac(KEYS, bytes(16), block) == encrypt_cbc(KEYS.s_mac2, bytes(16), block)
    chain = encrypt_cbc(KEYS.s_mac1, bytes(16), block)
    assert compute_mac(KEYS, bytes(16), block * 2) == encrypt_cbc(KEYS.s_mac2, chain, block)
