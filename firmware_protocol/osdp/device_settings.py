"""What a peripheral device is: address, key, identity, capabilities."""

from dataclasses import dataclass, field

from firmware_protocol.osdp.codes import BROADCAST_ADDRESS, FRAME_SIZE_MAX, CapabilityFunction
from firmware_protocol.osdp.fields import require
from firmware_protocol.osdp.replies import Capabilities, Capability, Identification
from firmware_protocol.osdp.secure_channel import KEY_SIZE

_ITEMS_MAX = 255


@dataclass(frozen=True, slots=True)
class PeripheralSettings:
    """One peripheral device.

    With ``scbk`` it enforces the secure channel. ``is_install_mode`` lets it also take the public
    default key, until a key is set. With neither it speaks plain text. ``capabilities`` None means what
    the counts say: inputs, outputs, LEDs, a buzzer, and a display of ``text_lines`` x ``text_columns``.
    Files of up to ``file_size_max`` bytes are taken.
    """

    address: int = 0
    scbk: bytes | None = field(default=None, repr=False)
    identification: Identification = field(default_factory=Identification)
    capabilities: Capabilities | None = None
    input_count: int = 0
    output_count: int = 0
    led_count: int = 1
    text_lines: int = 2
    text_columns: int = 16
    is_install_mode: bool = False
    file_size_max: int = 1 << 20

    def __post_init__(self) -> None:
        require(0 <= self.address < BROADCAST_ADDRESS, f"address 0..126, not {self.address}")
        require(self.scbk is None or len(self.scbk) == KEY_SIZE, "a key has 16 bytes")
        counts = (self.input_count, self.output_count, self.led_count, self.text_lines, self.text_columns)
        require(all(0 <= count <= _ITEMS_MAX for count in counts), "counts are 0..255")

    @property
    def has_security(self) -> bool:
        """True when the device can set up a secure channel at all."""
        return self.scbk is not None or self.is_install_mode

    def report_capabilities(self) -> Capabilities:
        """The PDCAP reply: ``capabilities`` where given, else what the counts say."""
        if self.capabilities is not None:
            return self.capabilities
        function = CapabilityFunction
        entries = (
            Capability(function.CONTACT_STATUS_MONITORING, bool(self.input_count), self.input_count),
            Capability(function.OUTPUT_CONTROL, 2 * bool(self.output_count), self.output_count),
            Capability(function.CARD_DATA_FORMAT, 1, 0),
            Capability(function.READER_LED_CONTROL, 4 * bool(self.led_count), self.led_count),
            Capability(function.READER_AUDIBLE_OUTPUT, 2, 1),
            Capability(function.READER_TEXT_OUTPUT, _text_level(self.text_lines, self.text_columns), 1),
            Capability(function.CHECK_CHARACTER_SUPPORT, 1, 0),
            Capability(function.COMMUNICATION_SECURITY, int(self.has_security), int(self.is_install_mode)),
            Capability(function.RECEIVE_BUFFER_SIZE, FRAME_SIZE_MAX & 0xFF, FRAME_SIZE_MAX >> 8),
            Capability(function.READERS, 0, 1),
            Capability(function.OSDP_VERSION, 2, 0),
        )
        return Capabilities(entries)


def _text_level(lines: int, columns: int) -> int:
    """The standard's compliance level for a display: 1, 2 or 4 lines of 16; 0 for none."""
    if not lines or columns < 16:
        return 0
    return 1 if lines == 1 else 2 if lines < 4 else 3
