"""Fields that most messages leave out, and all actions of commands, are written and read as ever, too."""

from collections import defaultdict
from typing import get_args

import msgspec
import pytest

from sync_protocol.codec import encode_message, parse_message
from sync_protocol.gate_commands import CommandAction
from sync_protocol.journal_events import CHAIN_START, SealedEvent, parse_event, seal_event
from sync_protocol.topics import parse_topic
from tests.vectors.sync import BODIES, GOLDEN, event
from tests.vectors.sync.rarely_said import ACTIONS, RARE_BODIES, RARE_MESSAGES, command, rare_bytes

BYTES = rare_bytes()


def test_every_field_of_every_message_and_event_is_in_some_golden_bytes() -> None:
    """A field at its default is left out of the bytes, and would prove nothing."""
    said: defaultdict[type[msgspec.Struct], set[str]] = defaultdict(set)
    for struct in (*GOLDEN.values(), *RARE_MESSAGES.values(), *BODIES.values(), *RARE_BODIES.values()):
        fields = msgspec.structs.fields(struct)
        said[type(struct)] |= {f.name for f in fields if f.required or getattr(struct, f.name) != default_of(f)}
    unsaid = {kind.__name__: {f.name for f in msgspec.structs.fields(kind)} - names for kind, names in said.items()}
    assert not {kind: names for kind, names in unsaid.items() if names}


def test_every_action_has_its_golden_bytes() -> None:
    assert {type(action) for action in ACTIONS.values()} == set(get_args(CommandAction))
    assert set(ACTIONS) == set(BYTES["actions"])


@pytest.mark.parametrize("name", sorted(RARE_MESSAGES))
def test_a_message_is_written_and_read_as_ever(name: str) -> None:
    golden = bytes.fromhex(BYTES["messages"][name])
    topic = parse_topic(f"tornello/1/sit_a/gwy_a/{name}")
    assert encode_message(RARE_MESSAGES[name]) == golden
    assert parse_message(golden, topic.direction, topic.kind) == RARE_MESSAGES[name]


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_a_command_is_written_and_read_as_ever(name: str) -> None:
    golden = bytes.fromhex(BYTES["actions"][name])
    assert encode_message(command(ACTIONS[name])) == golden
    assert parse_message(golden, "down", "command") == command(ACTIONS[name])


@pytest.mark.parametrize("name", sorted(RARE_BODIES))
def test_an_event_is_written_and_read_as_ever(name: str) -> None:
    golden = bytes.fromhex(BYTES["events"][name])
    assert seal_event(event(RARE_BODIES[name]), CHAIN_START).content == golden
    assert parse_event(SealedEvent(5, golden, bytes(32))) == event(RARE_BODIES[name])


def default_of(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
