"""What the virtual reader tells."""

import json

import pytest

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.events import Event
from provisioning.virtual_reader.happenings import describe, event_record, face_record
from provisioning.virtual_turnstile.reader_face import ReaderFace

GREEN, BLINKING = (
    commands.LedPattern(commands.LedColor.GREEN),
    commands.LedPattern(commands.LedColor.RED, on_ms=200, off_ms=300),
)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            events.LedSet(0, commands.Led(temporary=GREEN, timer_ms=5_000)),
            "light: led 0, temporary green, timer ms 5000, permanent -, cancelled no",
        ),
        (
            events.LedSet(0, commands.Led(permanent=BLINKING)),
            "light: led 0, temporary -, timer ms -, permanent 'red blinking 200/300 ms', cancelled no",
        ),
        (
            events.BuzzerSet(0, commands.Buzzer(on_ms=100, off_ms=100, repeat_count=3)),
            "sound: tone default, on ms 100, off ms 100, count 3",
        ),
        (
            events.TextShown(0, commands.Text("Добрый день".encode(), row=2, is_temporary=True, seconds=5)),
            "text: row 2, column 1, text 'Добрый день', seconds 5",
        ),
        (events.OutputSet(0, 0, is_active=True), "output: number 1, on yes"),
        (events.SecureChannelEstablished(0, is_default_key=True), "secure: default key yes"),
        (events.CommunicationChanged(0, 3, 115_200), "moved: address 3, baud 115200"),
        (events.FileReceived(0, 1, b"1234"), "file: type 1, bytes 4"),
        (events.CommandReceived(0, commands.Manufacturer(1, b"")), "command: name MFG"),
        (events.HostOnline(0), "online"),
        (events.HostLost(0), "offline"),
        (events.KeyChanged(0, bytes(range(16))), "key"),
    ],
)
def test_each_event_is_a_line_for_people_and_an_object_for_machines(event: Event, words: str) -> None:
    record = event_record(event, "utf-8")
    assert describe(record) == words
    assert json.loads(json.dumps(record)) == record


def test_the_face_is_what_a_person_would_see() -> None:
    face = ReaderFace(rows=2, columns=8)
    face.apply(commands.Led(permanent=BLINKING), 0.0)
    face.apply(commands.Text(b"Welcome", row=1), 0.0)
    record = face_record(face)
    assert record["lines"] == ["Welcome ", "        "]
    assert describe(record) == "shows: light red, blinking yes, sounding no, lines 'Welcome  /         '"
