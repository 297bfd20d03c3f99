"""What an access control unit must know about one reader before it speaks to it."""

from dataclasses import dataclass, field

from firmware_protocol.osdp.codes import BROADCAST_ADDRESS
from firmware_protocol.osdp.fields import require
from firmware_protocol.osdp.secure_channel import KEY_SIZE, SCBK_D


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """One reader of a bus.

    ``address`` is 0..126. With ``scbk``, the reader's own 16-byte key, the secure channel is enforced:
    never plain text, never the default key, whatever the reader answers. With None the reader speaks
    plain text; that is the caller's explicit choice. ``is_pairing`` uses the public default key, for as long
    as it takes to set a key of its own. ``has_crc`` False is for old readers that know checksums
    only, and then without a secure channel.
    """

    address: int
    scbk: bytes | None = field(default=None, repr=False)
    is_pairing: bool = False
    has_crc: bool = True

    def __post_init__(self) -> None:
        require(0 <= self.address < BROADCAST_ADDRESS, f"address 0..126, not {self.address}")
        require(self.scbk is None or len(self.scbk) == KEY_SIZE, "a key has 16 bytes")
        require(self.scbk != SCBK_D, "the default key is no key; it exists for pairing alone")
        require(self.has_crc or not (self.scbk or self.is_pairing), "the secure channel needs the CRC")
        require(not (self.is_pairing and self.scbk), "a reader with a key is paired already")
