from firmware_protocol.wiegand import encode_wiegand26
from firmware_protocol.wiegand_pulses import BITS_MAX, WiegandPulses


def send_bits(line: WiegandPulses, bits: str, start: float) -> float:
    for index, bit in enumerate(bits):
        assert line.pulse(int(bit), start + index * 0.001) is None
    return start + (len(bits) - 1) * 0.001


def test_silence_ends_a_card() -> None:
    line = WiegandPulses()
    assert line.next_deadline() is None
    bits = f"{int.from_bytes(encode_wiegand26(12, 345), 'big') >> 6:026b}"
    last_at = send_bits(line, bits, 1.0)
    deadline = line.next_deadline()
    assert deadline == last_at + 0.030
    assert line.handle_timer(last_at) is None
    assert line.handle_timer(deadline) == (encode_wiegand26(12, 345), 26)
    assert line.next_deadline() is None
    assert line.handle_timer(deadline) is None


def test_the_first_pulse_of_the_next_card_ends_the_one_before() -> None:
    line = WiegandPulses()
    last_at = send_bits(line, "1010", 1.0)
    assert line.pulse(1, last_at + 0.5) == (b"\xa0", 4)
    assert line.handle_timer(last_at + 1.0) == (b"\x80", 1)


def test_a_burst_of_noise_is_dropped_and_takes_no_memory() -> None:
    line = WiegandPulses()
    last_at = send_bits(line, "1" * (BITS_MAX * 3), 1.0)
    assert line.handle_timer(last_at + 1.0) is None
    last_at = send_bits(line, "11", last_at + 2.0)
    assert line.handle_timer(last_at + 1.0) == (b"\xc0", 2)
