"""One of every command and reply, with the bytes that clauses 6 and 7 of the standard give them."""

from firmware_protocol.osdp import commands as c
from firmware_protocol.osdp import replies as r
from firmware_protocol.osdp.multi_part import Fragment

KEY = bytes(range(16))

COMMANDS: list[tuple[c.Command, str]] = [
    (c.Poll(), ""),
    (c.IdRequest(), "00"),
    (c.CapabilitiesRequest(), "00"),
    (c.LocalStatusRequest(), ""),
    (c.InputStatusRequest(), ""),
    (c.OutputStatusRequest(), ""),
    (c.ReaderStatusRequest(), ""),
    (c.ComSet(5, 38400), "05 00960000"),
    (c.KeySet(KEY), "01 10" + KEY.hex()),
    (c.Challenge(bytes(8)), "00" * 8),
    (c.ServerCryptogram(KEY), KEY.hex()),
    (c.AcuReceiveSize(1440), "a005"),
    (c.KeepActive(5000), "8813"),
    (c.Abort(), ""),
    (c.Manufacturer(0x123456, b"\x09"), "563412 09"),
    (c.Led(1, 2), "01 02 00 00000000 0000 00 00000000"),
    (
        c.Led(
            temporary=c.LedPattern(c.LedColor.GREEN, c.LedColor.RED, 300, 200),
            timer_ms=40000,
            permanent=c.LedPattern(c.LedColor.WHITE),
        ),
        "00 00 02 03020201 9001 01 01000700",
    ),
    (c.Led(is_cancelled=True), "00 00 01 00000000 0000 00 00000000"),
    (c.Buzzer(0, c.BuzzerTone.DEFAULT, 100, 300, 4), "00 02 01 03 04"),
    (c.Text(b"Ciao"), "00 01 00 01 01 04 4369616f"),
    (c.Text(b"", is_wrapped=True, row=2, column=3), "00 02 00 02 03 00"),
    (c.Text(b"A", is_temporary=True, seconds=9), "00 03 09 01 01 01 41"),
    (c.Text(b"A", is_temporary=True, seconds=9, is_wrapped=True), "00 04 09 01 01 01 41"),
    (c.Output(3, c.OutputControl.ON_TIMED, 500), "03 05 0500"),
    (c.FilePart(1, 1000, 128, b"\xaa"), "01 e8030000 80000000 0100 aa"),
    (c.PivDataRequest(b"\x5f\xc1\x02", 7, 256), "5fc102 07 0001"),
    (c.Authenticate(Fragment(4, 0, b"\x01\x02")), "0400 0000 0200 0102"),
    (c.AuthenticationChallenge(Fragment(2, 0, b"\x01\x02")), "0200 0000 0200 0102"),
    (c.ExtendedWrite(1, 1, b"\x00\xa4"), "01 01 00a4"),
    (c.BiometricRead(0, 1, 2, 3), "00 01 02 03"),
    (c.BiometricMatch(0, 1, 2, 3, b"\x0f"), "00 01 02 03 0100 0f"),
]

REPLIES: list[tuple[r.Reply, str]] = [
    (r.Ack(), ""),
    (r.Nak(3), "03"),
    (r.Nak(3, b"\x01"), "03 01"),
    (r.Busy(), ""),
    (r.Identification(0xCAFE01, 1, 2, 0x11223344, (5, 6, 7)), "01feca 01 02 44332211 05 06 07"),
    (r.Capabilities((r.Capability(1, 2, 3), r.Capability(9, 1, 0))), "010203 090100"),
    (r.LocalStatus(is_tampered=True, is_power_failing=False), "01 00"),
    (r.InputStatus((True, False)), "01 00"),
    (r.OutputStatus((False, True)), "00 01"),
    (r.ReaderStatus((r.AttachedReaderState.NORMAL, r.AttachedReaderState.TAMPERED)), "00 02"),
    (r.RawCard(0, r.CardFormat.WIEGAND, 26, b"\x01\x02\x03\x40"), "00 01 1a00 01020340"),
    (r.FormattedCard(0, b"123"), "00 00 03 313233"),
    (r.FormattedCard(0, b"321", is_read_backwards=True), "00 01 03 333231"),
    (r.Keypad(1, "12*#"), "01 04 31327f0d"),
    (r.ComParameters(5, 38400), "05 00960000"),
    (r.ClientCryptogram(bytes(8), bytes(8), KEY), "00" * 16 + KEY.hex()),
    (r.InitialMac(KEY), KEY.hex()),
    (r.FileTransferStatus(0, 1000, 256), "01 e803 0000 0001"),
    (
        r.FileTransferStatus(-2, may_interleave=False, wants_plain_text=True, has_poll_reply=True),
        "06 0000 feff 0000",
    ),
    (r.PivData(Fragment(2, 0, b"\x01\x02")), "0200 0000 0200 0102"),
    (r.AuthenticationResult(Fragment(2, 1, b"\x02")), "0200 0100 0100 02"),
    (r.ChallengeResult(Fragment(0, 0, b"")), "0000 0000 0000"),
    (r.ManufacturerReply(0x123456, b"\x09"), "563412 09"),
    (r.ManufacturerStatus(b"\x01"), "01"),
    (r.ManufacturerError(b"\x02"), "02"),
    (r.ExtendedRead(1, 2, b"\x90\x00"), "01 02 9000"),
    (r.BiometricData(0, r.BiometricStatus.SUCCESS, 1, 99, b"\x0f"), "00 00 01 63 0100 0f"),
    (r.BiometricMatchResult(0, r.BiometricStatus.TIMEOUT, 255), "00 01 ff"),
]
