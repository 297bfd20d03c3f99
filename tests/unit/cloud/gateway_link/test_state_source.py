"""The way to the head: nothing, a delta, or a snapshot that several gateways share and an interrupted one resumes."""

import pytest

from cloud.desired_state import service as desired_state
from cloud.gateway_link.state_source import Position, StateSource
from sync_protocol.messages import Delta, SnapshotChunk, StagedSnapshot
from tests.club import Club


def head(club: Club) -> desired_state.Head:
    with club.database.session() as session:
        return desired_state.head(session, club.site_id)


def add_members(club: Club, count: int) -> None:
    with club.database.transaction() as session:
        for number in range(count):
            club.add_member(session, f"Member with a long name {number}")


def test_who_has_the_head_needs_nothing(club: Club) -> None:
    states, at = StateSource(club.database), head(club)
    assert states.way_to_head(club.site_id, Position(at.revision, at.digest_root)).messages == ()
    assert states.way_to_head(club.site_id, Position(at.revision)).messages == ()


def test_who_is_a_little_behind_gets_a_delta(club: Club) -> None:
    add_members(club, 1)
    way = StateSource(club.database).way_to_head(club.site_id, Position(1))
    (delta,) = way.messages
    assert isinstance(delta, Delta)
    assert (delta.from_revision, delta.to_revision, way.revision) == (1, 2, 2)


def test_who_has_nothing_or_damage_or_asks_for_it_gets_a_snapshot(club: Club) -> None:
    states, at = StateSource(club.database), head(club)
    for position in (
        Position(0),
        Position(99),
        Position(at.revision, b"damaged"),
        Position(at.revision, at.digest_root, wants_snapshot=True),
    ):
        way = states.way_to_head(club.site_id, position)
        assert [type(message) for message in way.messages] == [SnapshotChunk], position


def test_an_interrupted_snapshot_is_resumed_even_if_the_head_has_moved_on(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desired_state, "PAYLOAD_BYTES", 2000)
    add_members(club, 60)
    states = StateSource(club.database)
    whole = states.way_to_head(club.site_id, Position(0))
    first = whole.messages[0]
    assert isinstance(first, SnapshotChunk)
    add_members(club, 1)
    staged = StagedSnapshot(first.snapshot_id, 1)
    rest = states.way_to_head(club.site_id, Position(0, staged=staged))
    assert (list(rest.messages), rest.revision) == (list(whole.messages)[1:], whole.revision)


def test_a_restarted_cloud_resumes_a_snapshot_of_the_same_state(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desired_state, "PAYLOAD_BYTES", 2000)
    add_members(club, 60)
    whole = StateSource(club.database).way_to_head(club.site_id, Position(0))
    first = whole.messages[0]
    assert isinstance(first, SnapshotChunk)
    rest = StateSource(club.database).way_to_head(
        club.site_id, Position(0, staged=StagedSnapshot(first.snapshot_id, 2))
    )
    assert list(rest.messages) == list(whole.messages)[2:]


def test_a_snapshot_is_built_once_for_a_head(club: Club) -> None:
    states = StateSource(club.database)
    one, two = (states.way_to_head(club.site_id, Position(0)) for _ in range(2))
    assert one.messages[0] is two.messages[0]
    add_members(club, 1)
    assert states.way_to_head(club.site_id, Position(0)).revision == 2
