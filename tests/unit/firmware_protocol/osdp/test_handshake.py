from dataclasses import replace

import pytest

from firmware_protocol.osdp.codes import SecurityBlockType
from firmware_protocol.osdp.errors import SecurityError, SecurityFailure
from firmware_protocol.osdp.frame import SecurityBlock
from firmware_protocol.osdp.handshake import Handshake
from firmware_protocol.osdp.replies import ClientCryptogram, InitialMac
from firmware_protocol.osdp.secure_channel import (
    SCBK_D,
    SecureSession,
    client_cryptogram,
    derive_session_keys,
    initial_reply_mac,
    server_cryptogram,
)

KEY = bytes(range(16))
ACU_RANDOM, PD_RANDOM = b"A" * 8, b"B" * 8
OWN_KEY = SecurityBlock(SecurityBlockType.SCS_12, b"\x01")
ACCEPTED = SecurityBlock(SecurityBlockType.SCS_14, b"\x01")


def answer(scbk: bytes) -> ClientCryptogram:
    keys = derive_session_keys(scbk, ACU_RANDOM)
    return ClientCryptogram(bytes(8), PD_RANDOM, client_cryptogram(keys, ACU_RANDOM, PD_RANDOM))


def initial_mac(scbk: bytes) -> InitialMac:
    keys = derive_session_keys(scbk, ACU_RANDOM)
    return InitialMac(initial_reply_mac(keys, server_cryptogram(keys, ACU_RANDOM, PD_RANDOM)))


@pytest.mark.parametrize(("scbk", "selector"), [(KEY, b"\x01"), (None, b"\x00")])
def test_both_ends_prove_the_key_and_have_a_session(scbk: bytes | None, selector: bytes) -> None:
    key = scbk or SCBK_D
    handshake = Handshake(scbk, ACU_RANDOM)
    command, security = handshake.challenge()
    assert command.random == ACU_RANDOM
    assert security == SecurityBlock(SecurityBlockType.SCS_11, selector)
    handshake.verify(answer(key), SecurityBlock(SecurityBlockType.SCS_12, selector))
    _, security = handshake.prove()
    assert security == SecurityBlock(SecurityBlockType.SCS_13, selector)
    assert isinstance(handshake.establish(initial_mac(key), ACCEPTED), SecureSession)


def test_an_offer_of_the_default_key_is_refused() -> None:
    handshake = Handshake(KEY, ACU_RANDOM)
    with pytest.raises(SecurityError) as refused:
        handshake.verify(answer(SCBK_D), replace(OWN_KEY, data=b"\x00"))
    assert refused.value.failure is SecurityFailure.DEFAULT_KEY


@pytest.mark.parametrize("security", [None, SecurityBlock(SecurityBlockType.SCS_14, b"\x01")])
def test_an_answer_outside_the_handshake_is_refused(security: SecurityBlock | None) -> None:
    with pytest.raises(SecurityError):
        Handshake(KEY, ACU_RANDOM).verify(answer(KEY), security)


def test_a_reader_without_the_key_is_found_out() -> None:
    with pytest.raises(SecurityError) as refused:
        Handshake(KEY, ACU_RANDOM).verify(answer(bytes(16)), OWN_KEY)
    assert refused.value.failure is SecurityFailure.WRONG_CRYPTOGRAM


@pytest.mark.parametrize(
    ("reply", "security"),
    [
        (initial_mac(KEY), replace(ACCEPTED, data=b"\x00")),
        (initial_mac(KEY), None),
        (InitialMac(bytes(16)), ACCEPTED),
    ],
)
def test_a_session_needs_an_accepted_proof_and_the_right_first_mac(
    reply: InitialMac, security: SecurityBlock | None
) -> None:
    handshake = Handshake(KEY, ACU_RANDOM)
    handshake.verify(answer(KEY), OWN_KEY)
    with pytest.raises(SecurityError):
        handshake.establish(reply, security)
