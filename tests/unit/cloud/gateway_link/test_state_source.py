"""The way to the head: nothing, a delta, or a snapshot that several gateways share and an interrupted one resumes."""

import pytest

from cloud.desired_state import repair, repository
from cloud.desired_state import service as desired_state
from cloud.gateway_link import state_source
from cloud.gateway_link.state_source import CHUNKS_AT_ONCE, Position, StateSource, Way
from sync_protocol.digest import Digest, bucket_of
from sync_protocol.messages import BucketRepair, Delta, SnapshotChunk, StagedSnapshot
from sync_protocol.state_rows import encode_row, row_key
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
        Position(at.revision, wants_snapshot=True),
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


def staged_by(way: Way) -> StagedSnapshot:
    assert way.staged is not None
    return way.staged


def test_who_comes_after_gets_the_same_snapshot_as_long_as_a_delta_leads_on_from_it(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = StateSource(club.database)
    first = states.way_to_head(club.site_id, Position(0))
    add_members(club, 1)
    assert states.way_to_head(club.site_id, Position(0)) == first
    assert states.way_to_head(club.site_id, Position(2, wants_snapshot=True)).revision == 2
    monkeypatch.setattr(desired_state, "DELTA_ROWS_MAX", 2)
    add_members(club, 3)
    assert states.way_to_head(club.site_id, Position(0)).revision == 3


def test_a_snapshot_that_somebody_has_a_part_of_is_sent_to_its_end_whoever_got_a_newer_one(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desired_state, "PAYLOAD_BYTES", 400)
    add_members(club, 60)
    states = StateSource(club.database)
    way = states.way_to_head(club.site_id, Position(0))
    assert (len(way.messages), way.chunks > CHUNKS_AT_ONCE + 3) == (CHUNKS_AT_ONCE, True)
    add_members(club, 20)
    newer = states.way_to_head(club.site_id, Position(0))
    assert newer.revision > way.revision
    rest = states.way_to_head(club.site_id, Position(0, staged=staged_by(way), chunks_max=3))
    assert [message.index for message in rest.messages if isinstance(message, SnapshotChunk)] == [8, 9, 10]
    assert (rest.revision, staged_by(rest).next_index, rest.chunks) == (way.revision, 11, way.chunks)


def test_what_is_kept_is_bounded_but_for_the_newest(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desired_state, "PAYLOAD_BYTES", 400)
    monkeypatch.setattr(state_source, "KEPT_BYTES_MAX", 1)
    add_members(club, 60)
    states = StateSource(club.database)
    way = states.way_to_head(club.site_id, Position(0))
    add_members(club, 20)
    newer = states.way_to_head(club.site_id, Position(0))
    assert states.way_to_head(club.site_id, Position(0, staged=staged_by(newer))).revision == newer.revision
    assert states.way_to_head(club.site_id, Position(0, staged=staged_by(way))).revision == newer.revision


def counted(club: Club) -> Digest:
    with club.database.session() as session:
        digest = Digest()
        for key in repository.list_standing_keys(session, club.site_id):
            (row,) = repository.list_rows_by_keys(session, club.site_id, [key])
            digest.add(key, row.body)
        return digest


def test_who_differs_in_a_few_buckets_gets_their_rows_alone_at_the_head(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desired_state, "PAYLOAD_BYTES", 150)
    monkeypatch.setattr(repair, "PARTS_MAX", 100)
    add_members(club, 60)
    theirs = counted(club)
    for bucket in theirs.differing(Digest())[:10]:
        theirs.clear(bucket)
    theirs.add("flag/gone", b"row")
    add_members(club, 1)
    at, now = head(club), counted(club)
    way = StateSource(club.database).way_to_head(club.site_id, Position(2, buckets=theirs.to_bytes()))
    parts = [part for part in way.messages if isinstance(part, BucketRepair)]
    assert len(parts) == len(way.messages) > 1
    assert {(part.from_revision, part.to_revision, part.count) for part in parts} == {(2, 3, len(parts))}
    assert [part.index for part in parts] == list(range(len(parts)))
    assert set(parts[0].buckets) == set(theirs.differing(now)) >= {bucket_of("flag/gone")}
    for bucket in parts[0].buckets:
        theirs.clear(bucket)
    for part in parts:
        for row in part.rows:
            theirs.add(row_key(row), encode_row(row))
    assert (theirs.root(), parts[0].digest_root, way.revision) == (at.digest_root, at.digest_root, at.revision)


def test_who_differs_in_many_buckets_or_in_much_or_has_nothing_gets_the_whole(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_members(club, 200)
    states, at, theirs = StateSource(club.database), head(club), counted(club)

    def kinds(position: Position) -> set[type[object]]:
        return {type(message) for message in states.way_to_head(club.site_id, position).messages}

    assert kinds(Position(at.revision, buckets=theirs.to_bytes())) == {BucketRepair}
    assert kinds(Position(at.revision, buckets=Digest().to_bytes())) == {SnapshotChunk}
    assert kinds(Position(0, buckets=theirs.to_bytes())) == {SnapshotChunk}
    assert kinds(Position(at.revision + 1, buckets=theirs.to_bytes())) == {SnapshotChunk}
    for bucket in range(repair.BUCKETS_MAX):
        theirs.clear(bucket)
    assert kinds(Position(at.revision, buckets=theirs.to_bytes())) == {BucketRepair}
    monkeypatch.setattr(desired_state, "PAYLOAD_BYTES", 100)
    assert kinds(Position(at.revision, buckets=theirs.to_bytes())) == {SnapshotChunk}


def test_what_takes_many_messages_is_not_made_before_it_may(club: Club) -> None:
    states, at = StateSource(club.database), head(club)
    for position in (Position(0), Position(at.revision, buckets=bytes(2048))):
        way = states.way_to_head(club.site_id, position, may_be_long=False)
        assert (way.is_long, way.revision, way.messages) == (True, position.revision, ())
