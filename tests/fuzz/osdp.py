"""Both ends of OSDP against mutated valid traffic and noise, then against a clean line.

Each seed plays one scene: bytes of real exchanges, mutated, cut, repeated and mixed with noise, reach
both ends at odd times. Nothing may be raised, no buffer may grow beyond a frame, no event may appear
that the other end did not cause; and once the line is clean a card is read again.
"""

from random import Random

from firmware_protocol.osdp import events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.codes import FRAME_SIZE_MAX, CommandCode, ReplyCode, SecurityBlockType
from firmware_protocol.osdp.frame import Frame, SecurityBlock
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from tests.unit.firmware_protocol.osdp.bad_wire import BadWire
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, EmulatedBus, seeded_bytes

_CARD = b"\xca\xfe\xca\xfe"
_ROUNDS = 60
_LONGEST_DELAY_SECONDS = 0.5
"""What the bad wire still holds back arrives within this time."""
_RECOVERY_SECONDS = 2.0
_CARD_SECONDS = {9600: 1.0, 115200: 0.5}
"""Until a card is read: time for one whole handshake by the baud rate, because a frame that the wire held
back may have restarted the reader's session just before the card."""


def fuzz(rng: Random) -> None:
    """Play the scene of one seed."""
    bus, wire = _make_bus(rng)
    for _ in range(_ROUNDS):
        bus.run(rng.choice((0.0, 0.001, 0.004, 0.02, 0.3)))
        bus.inject(_noise(rng, bus.transmissions))
        for frames in (bus.acu._frames, *(device._frames for device in bus.devices)):
            assert len(frames._buffer) <= FRAME_SIZE_MAX, "a buffer grew beyond a frame"
        del bus.transmissions[:-20]
    assert not any(isinstance(event, events.CardRead) for event in bus.acu_events), "a card was forged"
    wire.is_clean = True
    bus.run(_LONGEST_DELAY_SECONDS)
    assert bus.run_until(lambda: bus.acu.is_online(1), _RECOVERY_SECONDS), "the link did not recover"
    bus.devices[0].present_card(_CARD, 32, now=bus.now)
    assert bus.run_until(lambda: _has_read(bus), _CARD_SECONDS[bus.baud]), "a card was not read on a clean line"


def _make_bus(rng: Random) -> tuple[EmulatedBus, BadWire]:
    wire = BadWire(rng.getrandbits(32), rng.uniform(0.0, 0.5))
    baud = rng.choice((9600, 115200))
    acu = AccessControlUnit([ReaderSettings(1, scbk=KEY)], baud=baud, random_bytes=seeded_bytes(rng.getrandbits(32)))
    device = PeripheralDevice(
        PeripheralSettings(1, scbk=KEY, output_count=1), baud=baud, random_bytes=seeded_bytes(rng.getrandbits(32))
    )
    return EmulatedBus(acu, [device], baud=baud, distort=wire, has_echo=rng.random() < 0.3), wire


def _has_read(bus: EmulatedBus) -> bool:
    return any(isinstance(event, events.CardRead) and event.data == _CARD for event in bus.acu_events)


def _noise(rng: Random, transmissions: list[bytes]) -> bytes:
    """Random bytes, a mutated or repeated transmission, or an invented frame with right check characters."""
    kind = rng.randrange(4)
    if kind == 0 or not transmissions:
        return rng.randbytes(rng.randrange(40))
    if kind == 1:
        return rng.choice(transmissions)
    if kind == 2:
        return _mutate(rng, rng.choice(transmissions))
    return _invent(rng).encode_with_mark()


def _mutate(rng: Random, data: bytes) -> bytes:
    mutated = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        position = rng.randrange(len(mutated) + 1)
        match rng.randrange(3):
            case 0:
                mutated[position : position + 1] = rng.randbytes(1)
            case 1:
                del mutated[position : position + rng.randint(1, 5)]
            case _:
                mutated[position:position] = rng.randbytes(rng.randint(1, 5))
    return bytes(mutated)


def _invent(rng: Random) -> Frame:
    security, mac = None, b""
    if rng.random() < 0.5:
        security = SecurityBlock(rng.choice(list(SecurityBlockType)), rng.randbytes(rng.randrange(2)))
        mac = rng.randbytes(4) if security.has_mac else b""
    is_reply = rng.random() < 0.5
    code = rng.choice([*ReplyCode] if is_reply else [*CommandCode])
    payload = rng.randbytes(rng.choice((0, 1, 2, 8, 16, 32, 100)))
    return Frame(rng.choice((1, 1, 1, 2, 0x7F)), is_reply, rng.randrange(4), code, payload, security, mac)
