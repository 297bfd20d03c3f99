"""The access control unit's part of the secure channel handshake (annex D.3), for one reader."""

from firmware_protocol.osdp.ciphers import is_equal
from firmware_protocol.osdp.codes import SecurityBlockType
from firmware_protocol.osdp.commands import Challenge, ServerCryptogram
from firmware_protocol.osdp.errors import SecurityError, SecurityFailure
from firmware_protocol.osdp.frame import SecurityBlock
from firmware_protocol.osdp.replies import ClientCryptogram, InitialMac
from firmware_protocol.osdp.secure_channel import (
    SCBK_D,
    SecureSession,
    client_cryptogram,
    derive_session_keys,
    initial_reply_mac,
    server_cryptogram,
)

_DEFAULT_KEY, _OWN_KEY = b"\x00", b"\x01"
_PROVED = b"\x01"


class Handshake:
    """Challenge, verify, prove. ``scbk`` None stands for the default key, which is for pairing alone."""

    def __init__(self, scbk: bytes | None, acu_random: bytes) -> None:
        self._selector = _DEFAULT_KEY if scbk is None else _OWN_KEY
        self._keys = derive_session_keys(SCBK_D if scbk is None else scbk, acu_random)
        self._acu_random = acu_random
        self._proof = b""

    def challenge(self) -> tuple[Challenge, SecurityBlock]:
        """The first command, with its security block."""
        return Challenge(self._acu_random), SecurityBlock(SecurityBlockType.SCS_11, self._selector)

    def verify(self, reply: ClientCryptogram, security: SecurityBlock | None) -> None:
        """Check that the reader holds the key; SecurityError when it does not."""
        if security != SecurityBlock(SecurityBlockType.SCS_12, self._selector):
            raise SecurityError(SecurityFailure.DEFAULT_KEY)
        expected = client_cryptogram(self._keys, self._acu_random, reply.random)
        if not is_equal(expected, reply.cryptogram):
            raise SecurityError(SecurityFailure.WRONG_CRYPTOGRAM)
        self._proof = server_cryptogram(self._keys, self._acu_random, reply.random)

    def prove(self) -> tuple[ServerCryptogram, SecurityBlock]:
        """The second command, with its security block."""
        return ServerCryptogram(self._proof), SecurityBlock(SecurityBlockType.SCS_13, self._selector)

    def establish(self, reply: InitialMac, security: SecurityBlock | None) -> SecureSession:
        """The session, once the reader has accepted our proof; SecurityError when it has not."""
        initial_mac = initial_reply_mac(self._keys, self._proof)
        is_accepted = security == SecurityBlock(SecurityBlockType.SCS_14, _PROVED)
        if not is_accepted or not is_equal(initial_mac, reply.mac):
            raise SecurityError(SecurityFailure.WRONG_CRYPTOGRAM)
        return SecureSession(self._keys, initial_mac)
