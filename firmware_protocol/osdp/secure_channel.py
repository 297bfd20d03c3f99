"""The secure channel of annex D: session keys, cryptograms, and the chain of MACs.

Both ends hold the base key (SCBK). A handshake of two exchanges (CHLNG/CCRYPT, SCRYPT/RMAC_I)
proves that to both and gives a session of three keys. From then on each frame is authenticated
by a MAC that starts from the MAC of the frame before it in the other direction, so that nothing
can be replayed, dropped or put in another order unseen.
"""

from dataclasses import dataclass, field

from firmware_protocol.osdp.ciphers import BLOCK_SIZE, decrypt_cbc, encrypt_block, encrypt_cbc, is_equal
from firmware_protocol.osdp.codes import SecurityBlockType
from firmware_protocol.osdp.errors import SecurityError, SecurityFailure
from firmware_protocol.osdp.frame import MAC_SIZE, Frame, SecurityBlock

SCBK_D = bytes(range(0x30, 0x40))
"""The public default key; it exists for pairing alone."""
KEY_SIZE = 16
RANDOM_SIZE = 8

_PADDING_MARK = b"\x80"


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """S-ENC, S-MAC1 and S-MAC2 of one session (annex D.4.1)."""

    s_enc: bytes = field(repr=False)
    s_mac1: bytes = field(repr=False)
    s_mac2: bytes = field(repr=False)


def derive_session_keys(scbk: bytes, acu_random: bytes) -> SessionKeys:
    """The session keys for a base key and the access control unit's random number (RND.A)."""

    def derive(prefix: bytes) -> bytes:
        return encrypt_block(scbk, (prefix + acu_random[:6]).ljust(BLOCK_SIZE, b"\0"))

    return SessionKeys(s_enc=derive(b"\x01\x82"), s_mac1=derive(b"\x01\x01"), s_mac2=derive(b"\x01\x02"))


def derive_scbk(master_key: bytes, client_id: bytes) -> bytes:
    """A reader's base key from a site's master key and the reader's eight-byte cUID (annex D.2)."""
    return encrypt_block(master_key, client_id + bytes(byte ^ 0xFF for byte in client_id))


def client_cryptogram(keys: SessionKeys, acu_random: bytes, pd_random: bytes) -> bytes:
    """The peripheral device's proof that it holds the base key (annex D.4.2)."""
    return encrypt_block(keys.s_enc, acu_random + pd_random)


def server_cryptogram(keys: SessionKeys, acu_random: bytes, pd_random: bytes) -> bytes:
    """The access control unit's proof that it holds the base key (annex D.4.3)."""
    return encrypt_block(keys.s_enc, pd_random + acu_random)


def initial_reply_mac(keys: SessionKeys, cryptogram: bytes) -> bytes:
    """RMAC-I: the MAC with which the chain begins (annex D.4.4), from the server cryptogram."""
    return encrypt_block(keys.s_mac2, encrypt_block(keys.s_mac1, cryptogram))


def compute_mac(keys: SessionKeys, previous_mac: bytes, data: bytes) -> bytes:
    """All 16 bytes of the MAC of ``data`` (annex D.5): CBC with S-MAC1, the last block with S-MAC2."""
    if len(data) % BLOCK_SIZE:
        data = _pad(data)
    chain = previous_mac
    if len(data) > BLOCK_SIZE:
        chain = encrypt_cbc(keys.s_mac1, previous_mac, data[:-BLOCK_SIZE])[-BLOCK_SIZE:]
    return encrypt_cbc(keys.s_mac2, chain, data[-BLOCK_SIZE:])


def _pad(data: bytes) -> bytes:
    """Append 80 and zeros up to whole blocks; always at least the 80."""
    padded = data + _PADDING_MARK
    return padded + bytes(-len(padded) % BLOCK_SIZE)


def _complement(mac: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in mac)


class SecureSession:
    """One established session, at either end: seals outgoing frames and opens incoming ones."""

    def __init__(self, keys: SessionKeys, initial_mac: bytes) -> None:
        self._keys = keys
        self._command_mac = bytes(BLOCK_SIZE)
        self._reply_mac = initial_mac

    def seal(self, frame: Frame) -> Frame:
        """The frame with its data encrypted and its MAC appended; advances the chain."""
        has_data = bool(frame.payload)
        types = (
            (SecurityBlockType.SCS_16, SecurityBlockType.SCS_18)
            if frame.is_reply
            else (SecurityBlockType.SCS_15, SecurityBlockType.SCS_17)
        )
        payload = frame.payload
        if has_data:
            initial_vector = _complement(self._previous_mac(frame))
            payload = encrypt_cbc(self._keys.s_enc, initial_vector, _pad(payload))
        sealed = Frame(
            address=frame.address,
            is_reply=frame.is_reply,
            sequence=frame.sequence,
            code=frame.code,
            payload=payload,
            security=SecurityBlock(types[has_data]),
        )
        mac = compute_mac(self._keys, self._previous_mac(frame), sealed.authenticated_bytes())
        self._advance(frame, mac)
        return sealed.with_mac(mac)

    def open(self, frame: Frame) -> bytes:
        """The frame's data in clear; advances the chain.

        Raises SecurityError, and leaves the chain as it was, when the frame is plain text, its MAC
        is wrong, or its data is not encrypted.
        """
        security = frame.security
        if security is None or not security.has_mac or (security.type % 2 == 0) != frame.is_reply:
            raise SecurityError(SecurityFailure.PLAIN_TEXT)
        previous_mac = self._previous_mac(frame)
        mac = compute_mac(self._keys, previous_mac, frame.authenticated_bytes())
        if not is_equal(mac[:MAC_SIZE], frame.mac):
            raise SecurityError(SecurityFailure.WRONG_MAC)
        payload = self._decrypt(security.type, frame.payload, previous_mac)
        self._advance(frame, mac)
        return payload

    def _decrypt(self, block_type: SecurityBlockType, payload: bytes, previous_mac: bytes) -> bytes:
        if block_type in {SecurityBlockType.SCS_15, SecurityBlockType.SCS_16}:
            # Authenticated but readable: only a NAK's reason may travel so.
            if len(payload) > 1:
                raise SecurityError(SecurityFailure.PLAIN_TEXT)
            return payload
        if len(payload) % BLOCK_SIZE:
            raise SecurityError(SecurityFailure.WRONG_MAC)
        if not payload:
            return b""
        padded = decrypt_cbc(self._keys.s_enc, _complement(previous_mac), payload)
        data = padded.rstrip(b"\0")
        if not data.endswith(_PADDING_MARK):
            raise SecurityError(SecurityFailure.WRONG_MAC)
        return data[:-1]

    def _previous_mac(self, frame: Frame) -> bytes:
        return self._command_mac if frame.is_reply else self._reply_mac

    def _advance(self, frame: Frame, mac: bytes) -> None:
        if frame.is_reply:
            self._reply_mac = mac
        else:
            self._command_mac = mac
