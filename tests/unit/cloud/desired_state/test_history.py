"""What the state said in earlier revisions, and for how long that is remembered."""

from datetime import timedelta

from cloud.database import UnitOfWork
from cloud.desired_state import history, service
from cloud.desired_state.history_keeping import prune_some
from cloud.desired_state.models import DesiredRow, PastRow, RevisionTime, RowProof, StateHead
from cloud.members import service as members
from sync_protocol.state_rows import CredentialRow, EntitlementRow, FlagRow, SiteRow, StateRow
from tests.club import Club, gateway_of


def head(club: Club) -> int:
    with club.database.session() as session:
        return service.head(session, club.site_id).revision


def rows_at(club: Club, revision: int, credential_hash: str) -> tuple[StateRow, ...]:
    with club.database.session() as session:
        return history.state_at(session, club.site_id, revision, credential_hash).rows


def add_member(club: Club, card: int = 7) -> tuple[str, str]:
    """A member with a card: the member's id and the card's hash."""
    with club.database.transaction() as session:
        member_id = club.add_member(session, card=card)
    with club.database.session() as session:
        snapshot = service.take_snapshot(session, club.site_id)
    rows = [row for chunk in snapshot.chunks for row in chunk.rows if isinstance(row, CredentialRow)]
    return member_id, next(row.credential_hash for row in rows if row.member_id == member_id)


def rename(club: Club, member_id: str, name: str) -> None:
    with club.database.transaction() as session:
        members.change(session, club.actor, member_id, {"first_name": name})


def is_known(club: Club, revision: int) -> bool:
    with club.database.session() as session:
        return history.is_known(session, club.site_id, revision)


def names(rows: tuple[StateRow, ...]) -> list[str]:
    return [row.display_name for row in rows if isinstance(row, EntitlementRow)]


def test_each_revision_tells_what_was_in_force_then(club: Club) -> None:
    member_id, card = add_member(club)
    revisions = []
    for name in ("Anna", "Bea", "Carla"):
        rename(club, member_id, name)
        revisions.append(head(club))
    assert [names(rows_at(club, revision, card)) for revision in revisions] == [["Anna"], ["Bea"], ["Carla"]]
    assert names(rows_at(club, revisions[0] - 1, card)) == ["Мария"]


def test_before_the_card_was_issued_only_the_sites_rules_were_known(club: Club) -> None:
    before = head(club)
    _, card = add_member(club)
    assert [type(row) for row in rows_at(club, before, card) if not isinstance(row, SiteRow)] == [
        type(row) for row in rows_at(club, before, "ff") if not isinstance(row, SiteRow)
    ]
    assert not any(isinstance(row, CredentialRow) for row in rows_at(club, before, card))


def test_a_flag_is_there_from_its_revision_until_it_is_cleared(club: Club) -> None:
    member_id, card = add_member(club)
    with club.database.transaction() as session:
        flag_id = club.block(session, member_id)
    raised = head(club)
    with club.database.transaction() as session:
        club.clear(session, flag_id)
    cleared = head(club)
    assert [
        any(isinstance(row, FlagRow) for row in rows_at(club, revision, card))
        for revision in (raised - 1, raised, cleared)
    ] == [False, True, False]


def test_another_members_rows_are_not_told(club: Club) -> None:
    _, card = add_member(club)
    add_member(club, card=8)
    rows = rows_at(club, head(club), card)
    assert len([row for row in rows if isinstance(row, EntitlementRow)]) == 1
    assert len([row for row in rows if isinstance(row, CredentialRow)]) == 1


def test_revisions_to_come_and_those_of_sites_without_state_are_not_known(club: Club) -> None:
    assert is_known(club, head(club))
    assert not is_known(club, head(club) + 1)
    with club.database.session() as session:
        assert not history.is_known(session, "sit_elsewhere", 0)


def test_history_is_pruned_by_age_and_says_how_far_back_it_still_goes(club: Club) -> None:
    member_id, card = add_member(club)
    rename(club, member_id, "Anna")
    old = head(club)
    rename(club, member_id, "Bea")
    with club.database.transaction() as session:
        assert history.prune(session, session.now - history.KEPT_FOR) == 0
        age(session)
    assert not prune_some(club.database), "it was all that there is"
    assert not is_known(club, old)
    assert is_known(club, head(club))
    assert names(rows_at(club, head(club), card)) == ["Bea"]
    with club.database.transaction() as session:
        assert history.prune(session, session.now - history.KEPT_FOR) == 0


def test_the_log_is_compacted_with_its_history_and_who_was_away_for_longer_gets_the_whole(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    member_id, _ = add_member(club)
    with club.database.transaction() as session:
        flag_id = club.block(session, member_id)
    raised = head(club)
    with club.database.transaction() as session:
        service.record_report(session, gateway_of(session, gateway_id), raised, b"", applied_at=session.now)
    with club.database.transaction() as session:
        club.clear(session, flag_id)
    cleared = head(club)
    rename(club, member_id, "Anna")
    with club.database.transaction() as session:
        for row in session.query(PastRow).where(PastRow.until_revision <= cleared):
            row.superseded_at -= 2 * history.KEPT_FOR
    prune_some(club.database)
    newest = head(club)
    with club.database.session() as session:
        assert session.get(DesiredRow, (club.site_id, f"flag/{flag_id}")) is None
        assert list(session.query(RowProof)) == []
        assert service.delta_since(session, club.site_id, raised) is None
        delta = service.delta_since(session, club.site_id, cleared)
        assert delta is not None
        assert (delta.to_revision, delta.deletes, len(delta.upserts)) == (newest, (), 1)
        kept = [row.revision for row in session.query(RevisionTime).order_by(RevisionTime.revision)]
        assert kept == [cleared + 1]


def age(session: UnitOfWork) -> None:
    """Let everything that was superseded have been so for a very long time."""
    for row in session.query(PastRow):
        row.superseded_at -= 2 * history.KEPT_FOR


def test_a_head_that_was_overtaken_does_not_know_what_was_in_force_meanwhile(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    ahead = head(club) + 10
    with club.database.transaction() as session:
        gateway = gateway_of(session, gateway_id)
        service.record_report(session, gateway, ahead, b"", applied_at=session.now - timedelta(seconds=1))
    with club.database.session() as session:
        stored = session.get(StateHead, club.site_id)
        assert stored is not None
        assert stored.history_from == stored.revision
