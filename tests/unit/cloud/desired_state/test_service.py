"""Deltas, snapshots, and the proof that a gateway has a flag in force."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from cloud.database import UnitOfWork
from cloud.desired_state import service
from cloud.desired_state.models import RevisionTime
from cloud.desired_state.restored import SKIPPED
from cloud.desired_state.service import GatewayProof
from cloud.sites import service as sites
from cloud.sites.service import GatewayReport
from sync_protocol.codec import encode_message
from tests.club import Club, gateway_of

NOON = datetime(2026, 11, 21, 12, 3, 4, tzinfo=UTC)


def report(club: Club, gateway_id: str, revision: int, at: datetime = NOON) -> None:
    with club.database.transaction() as session:
        service.record_report(session, gateway_of(session, gateway_id), revision, b"", applied_at=at)


def proof(club: Club, flag_id: str) -> list[GatewayProof]:
    with club.database.session() as session:
        return service.flag_proof(session, flag_id)


def blocked_member(club: Club) -> str:
    with club.database.transaction() as session:
        return club.block(session, club.add_member(session))


def head(session: UnitOfWork, club: Club) -> int:
    return service.head(session, club.site_id).revision


def test_a_delta_holds_what_changed_behind_a_revision_up_to_the_head(club: Club) -> None:
    for _ in range(3):
        blocked_member(club)
    with club.database.session() as session:
        delta = service.delta_since(session, club.site_id, 2)
    assert delta is not None
    assert (delta.from_revision, delta.to_revision, len(delta.upserts)) == (2, 4, 4)


def test_there_is_no_delta_for_a_gateway_that_has_nothing_or_is_ahead(club: Club) -> None:
    with club.database.session() as session:
        assert service.delta_since(session, club.site_id, 0) is None
        assert service.delta_since(session, club.site_id, 99) is None


@pytest.mark.parametrize("bound", ["DELTA_ROWS_MAX", "PAYLOAD_BYTES"])
def test_there_is_no_delta_that_does_not_fit_a_message(club: Club, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    with club.database.transaction() as session:
        club.block(session, club.add_member(session))
    with club.database.session() as session:
        assert service.delta_since(session, club.site_id, 1) is not None
        monkeypatch.setattr(service, bound, 1)
        assert service.delta_since(session, club.site_id, 1) is None


def test_a_snapshot_is_the_whole_state_in_chunks_that_fit_a_message(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAYLOAD_BYTES", 2000)
    with club.database.transaction() as session:
        for number in range(100):
            club.add_member(session, f"Member with a long name {number}")
    with club.database.session() as session:
        snapshot = service.take_snapshot(session, club.site_id)
        again = service.take_snapshot(session, club.site_id)
    assert snapshot == again
    assert len(snapshot.chunks) > 1
    assert [chunk.index for chunk in snapshot.chunks] == list(range(len(snapshot.chunks)))
    assert sum(len(chunk.rows) for chunk in snapshot.chunks) == 102
    assert all(len(encode_message(chunk)) <= 2200 for chunk in snapshot.chunks)


def test_a_flag_is_offline_then_pending_then_in_force(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane("Lane 2"))
    flag_id = blocked_member(club)
    (before,) = proof(club, flag_id)
    with club.database.transaction() as session:
        sites.record_report(session, gateway_of(session, gateway_id), GatewayReport("boot", "synced", (0, 0)))
    (connected,) = proof(club, flag_id)
    report(club, gateway_id, 4)
    (proven,) = proof(club, flag_id)
    assert (before.state, connected.state) == ("offline", "pending")
    assert proven == GatewayProof(gateway_id, "Lane 2", "Lane 2", "in_force", NOON, "raised")


def test_a_cleared_flag_is_proven_anew(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    flag_id = blocked_member(club)
    report(club, gateway_id, 4)
    with club.database.transaction() as session:
        club.clear(session, flag_id)
    (pending,) = proof(club, flag_id)
    report(club, gateway_id, 5, NOON + timedelta(seconds=1))
    (cleared,) = proof(club, flag_id)
    assert (pending.state, pending.wanted) == ("pending", "cleared")
    assert (cleared.state, cleared.wanted, cleared.since_at) == ("in_force", "cleared", NOON + timedelta(seconds=1))


def test_a_later_revision_does_not_move_the_time_of_an_earlier_proof(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    flag_id = blocked_member(club)
    report(club, gateway_id, 4)
    blocked_member(club)
    report(club, gateway_id, 5, NOON + timedelta(minutes=5))
    (kept,) = proof(club, flag_id)
    assert kept.since_at == NOON


def test_a_gateway_that_fell_back_loses_its_proofs(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    flag_id = blocked_member(club)
    report(club, gateway_id, 4)
    report(club, gateway_id, 0)
    (lost,) = proof(club, flag_id)
    assert lost.state == "pending"


def test_a_gateway_that_is_ahead_of_a_restored_database_is_overtaken_and_proves_everything_anew(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    flag_id = blocked_member(club)
    report(club, gateway_id, 9)
    overtaken = 9 + SKIPPED
    with club.database.session() as session:
        assert head(session, club) == overtaken
        assert service.delta_since(session, club.site_id, 9) is None
        assert service.delta_since(session, club.site_id, overtaken) is not None
    (stale,) = proof(club, flag_id)
    assert stale.state == "pending"
    report(club, gateway_id, overtaken)
    (anew,) = proof(club, flag_id)
    assert anew.state == "in_force"


def test_a_gateway_cannot_lead_the_head_to_where_numbers_end(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    report(club, gateway_id, service.OVERTAKEN_MAX + 4)
    with club.database.session() as session:
        assert head(session, club) == 3


def test_a_gateway_that_claims_more_and_more_moves_the_head_once_an_hour(club: Club) -> None:
    """Each time every gateway of the site gets its whole state anew."""
    liar, honest = (club.add_gateway(club.add_lane(name)) for name in ("Lane 1", "Lane 2"))
    report(club, liar, 50)
    overtaken = 50 + SKIPPED
    for claimed in (overtaken + 1, overtaken + 1_000):
        report(club, liar, claimed)
        report(club, honest, overtaken)
        with club.database.session() as session:
            assert head(session, club) == overtaken
            assert gateway_of(session, liar).applied_revision == 0
    with club.database.transaction() as session:
        session.execute(update(RevisionTime).values(made_at=session.now - service.OVERTAKEN_AGAIN_AFTER))
    report(club, liar, overtaken + 1_000)
    with club.database.session() as session:
        assert head(session, club) == overtaken + 1_000 + SKIPPED


def test_a_retired_gateway_is_asked_for_no_proof(club: Club) -> None:
    lane_id = club.add_lane()
    club.add_gateway(lane_id)
    successor = club.add_gateway(lane_id)
    flag_id = blocked_member(club)
    assert [one.gateway_id for one in proof(club, flag_id)] == [successor]


def test_settle_writes_before_the_end_of_the_transaction(club: Club) -> None:
    with club.database.transaction() as session:
        club.add_member(session)
        assert head(session, club) == 1
        service.settle(session)
        assert head(session, club) == 2
    with club.database.session() as session:
        assert head(session, club) == 2
