"""What happened at the virtual reader, as a record for machines and a line for people. Pure."""

from collections.abc import Mapping
from typing import Any

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.commands import LedPattern
from provisioning.virtual_turnstile.reader_face import ReaderFace

Record = dict[str, Any]


def event_record(event: events.Event, encoding: str) -> Record:
    """The record of what the controller did; a key is never part of it."""
    return _seen_record(event, encoding) or _line_record(event)


def _seen_record(event: events.Event, encoding: str) -> Record | None:
    """What a person at the reader notices."""
    match event:
        case events.LedSet(led=led):
            return {"event": "light", "led": led.led, **_led_fields(led)}
        case events.BuzzerSet(buzzer=sound):
            fields = {"tone": sound.tone.name.lower(), "on_ms": sound.on_ms, "off_ms": sound.off_ms}
            return {"event": "sound", **fields, "count": sound.repeat_count}
        case events.TextShown(text=text):
            words = text.text.decode(encoding, errors="replace")
            seconds = text.seconds if text.is_temporary else None
            return {"event": "text", "row": text.row, "column": text.column, "text": words, "seconds": seconds}
        case events.OutputSet(output=output, is_active=is_active):
            return {"event": "output", "number": output + 1, "is_on": is_active}
    return None


def _line_record(event: events.Event) -> Record:
    """What happens on the line."""
    match event:
        case events.SecureChannelEstablished(is_default_key=is_default):
            return {"event": "secure", "is_default_key": is_default}
        case events.CommunicationChanged(new_address=address, baud=baud):
            return {"event": "moved", "address": address, "baud": baud}
        case events.FileReceived(type=kind, data=data):
            return {"event": "file", "type": kind, "bytes": len(data)}
        case events.CommandReceived(command=command):
            return {"event": "command", "name": command.CODE.name}
    return {"event": _PLAIN[type(event)]}


_PLAIN: Mapping[type[events.Event], str] = {
    events.HostOnline: "online",
    events.HostLost: "offline",
    events.KeyChanged: "key",
}


def face_record(face: ReaderFace) -> Record:
    """The record of what the reader shows now."""
    pattern = face.light.pattern
    return {
        "event": "shows",
        "light": pattern.on_color.name.lower(),
        "is_blinking": bool(pattern.off_ms),
        "is_sounding": face.sound.is_sounding,
        "lines": list(face.lines),
    }


def describe(record: Record) -> str:
    """The record in words, on one line."""
    name, fields = record["event"], {key: value for key, value in record.items() if key != "event"}
    if name == "shows":
        fields["lines"] = " / ".join(record["lines"])
    words = (f"{key.removeprefix('is_').replace('_', ' ')} {_word(value)}" for key, value in fields.items())
    return f"{name}: {', '.join(words)}" if fields else str(name)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else f"{value!r}" if isinstance(value, str) and " " in value else str(value)


def _led_fields(led: commands.Led) -> Record:
    return {
        "temporary": _pattern_words(led.temporary),
        "timer_ms": led.timer_ms if led.temporary is not None else None,
        "permanent": _pattern_words(led.permanent),
        "is_cancelled": led.is_cancelled,
    }


def _pattern_words(pattern: LedPattern | None) -> str | None:
    if pattern is None:
        return None
    colour = pattern.on_color.name.lower()
    return f"{colour} blinking {pattern.on_ms}/{pattern.off_ms} ms" if pattern.off_ms else colour
