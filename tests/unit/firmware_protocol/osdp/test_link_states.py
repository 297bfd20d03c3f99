from collections.abc import Mapping
from enum import Enum

import pytest

from firmware_protocol.osdp.link_states import (
    DEVICE_IMPOSSIBLE,
    DEVICE_TRANSITIONS,
    LINK_IMPOSSIBLE,
    LINK_TRANSITIONS,
    DeviceOutcome,
    DeviceState,
    LinkState,
    Outcome,
)

Transitions = Mapping[Enum, Mapping[Enum, Enum]]


@pytest.mark.parametrize("state", LinkState)
def test_every_outcome_of_a_link_has_a_next_state_or_is_impossible(state: LinkState) -> None:
    possible, impossible = set(LINK_TRANSITIONS[state]), LINK_IMPOSSIBLE[state]
    assert possible | impossible == set(Outcome)
    assert not possible & impossible


@pytest.mark.parametrize("state", DeviceState)
def test_every_outcome_of_a_device_has_a_next_state_or_is_impossible(state: DeviceState) -> None:
    possible, impossible = set(DEVICE_TRANSITIONS[state]), DEVICE_IMPOSSIBLE[state]
    assert possible | impossible == set(DeviceOutcome)
    assert not possible & impossible


def test_a_keyed_reader_comes_online_through_the_handshake_alone() -> None:
    state, path = LinkState.PROBING, []
    while state is not LinkState.ONLINE:
        state = LINK_TRANSITIONS[state][Outcome.ACCEPTED]
        path.append(state)
    assert path[:2] == [LinkState.CHALLENGING, LinkState.AUTHENTICATING]


def test_a_broken_rule_never_leads_forward() -> None:
    for state in LinkState:
        assert LINK_TRANSITIONS[state].get(Outcome.VIOLATED, LinkState.PROBING) is LinkState.PROBING


def test_a_device_is_secure_after_a_proof_alone() -> None:
    ways = [
        outcome
        for transitions in DEVICE_TRANSITIONS.values()
        for outcome, state in transitions.items()
        if state is DeviceState.SECURE
    ]
    assert ways == [DeviceOutcome.PROVED]
