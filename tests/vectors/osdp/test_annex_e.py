"""The worked examples of annex E of SIA OSDP 2.2: check characters, session keys, cryptograms.

Source: the standard's annex E as quoted by libosdp's unit tests (test-sc-sia-vectors.c). Each value is
recomputed here by our own code from the inputs that the annex states.
"""

import pytest

from firmware_protocol.osdp.checks import checksum, crc16
from firmware_protocol.osdp.secure_channel import (
    SCBK_D,
    client_cryptogram,
    derive_session_keys,
    initial_reply_mac,
    server_cryptogram,
)

ACU_RANDOM = bytes.fromhex("B0B1B2B3B4B5B6B7")
PD_RANDOM = bytes.fromhex("A0A1A2A3A4A5A6A7")


@pytest.mark.parametrize(
    ("message", "check"),
    [("537F0D00046E0080250000", "6E38"), ("53000900046100", "C066")],
)
def test_the_crc_is_that_of_annex_e(message: str, check: str) -> None:
    assert crc16(bytes.fromhex(message)).to_bytes(2, "little") == bytes.fromhex(check)


@pytest.mark.parametrize(
    ("message", "check"),
    [("537F0C00006E0080250000", 0x0F), ("53000800006100", 0x44)],
)
def test_the_checksum_is_that_of_annex_e(message: str, check: int) -> None:
    assert checksum(bytes.fromhex(message)) == check


def test_the_session_keys_are_those_of_annex_e() -> None:
    keys = derive_session_keys(SCBK_D, ACU_RANDOM)
    assert keys.s_mac1.hex().upper() == "5E86C676603BDEE2D8BEAFE178637332"
    assert keys.s_mac2.hex().upper() == "6FDA86E857777E81132035758239172E"
    assert keys.s_enc.hex().upper() == "BF8DC2A8329ACB8C67C6D0CD9A451682"


def test_the_cryptograms_are_those_of_annex_e() -> None:
    keys = derive_session_keys(SCBK_D, ACU_RANDOM)
    server = server_cryptogram(keys, ACU_RANDOM, PD_RANDOM)
    assert server.hex().upper() == "26D3356E07762D262801FC8E6665A891"
    client = client_cryptogram(keys, ACU_RANDOM, PD_RANDOM)
    assert client.hex().upper() == "FDE5D2F428EC16312471EA3C02BD7796"
    assert initial_reply_mac(keys, server).hex().upper() == "B2A30057EB98BA2229EC1F875662B524"
