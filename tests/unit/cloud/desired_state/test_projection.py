"""One revision for each transaction and site; only what differs is written; the digest follows the rows."""

from datetime import date

import msgspec
import pytest
from sqlalchemy import select

from cloud.credentials import service as credentials
from cloud.database import UnitOfWork
from cloud.desired_state import projection, service
from cloud.desired_state.models import DesiredRow
from cloud.domain_events import MemberChanged
from cloud.errors import CloudError
from cloud.flags.models import Flag
from cloud.members import service as members
from cloud.sites import service as sites
from sync_protocol.credential_hash import hash_credential
from sync_protocol.digest import Digest
from sync_protocol.state_rows import (
    CredentialRow,
    EntitlementRow,
    FlagRow,
    SiteRow,
    StateRow,
    ZoneRow,
    encode_row,
    parse_row,
)
from tests.club import Club


def state_of(session: UnitOfWork, site_id: str) -> list[StateRow]:
    """What stands, checked against the digest in the head."""
    digest = Digest()
    standing = []
    for row in session.scalars(select(DesiredRow).where(DesiredRow.site_id == site_id).order_by(DesiredRow.key)):
        if not row.is_deleted:
            digest.add(row.key, row.body)
            standing.append(parse_row(row.body))
            assert encode_row(standing[-1]) == row.body, "the gateway, which decodes, must come to the same bytes"
    assert service.head(session, site_id).digest_root == digest.root()
    return standing


def test_a_new_site_is_revision_one_and_says_its_rules(club: Club) -> None:
    with club.database.session() as session:
        assert service.head(session, club.site_id).revision == 1
        row, zone = state_of(session, club.site_id)
    assert isinstance(row, SiteRow)
    assert (row.time_zone, row.locale, row.lease_days) == ("Europe/Rome", "it", 30)
    assert isinstance(zone, ZoneRow)
    assert (zone.name, zone.passback) == ("Club", "off")


def test_everything_of_one_transaction_is_one_revision(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session, card=12345)
        contract_id = club.add_contract(session, member_id, visits_total=10)
        flag_id = club.block(session, member_id)
    with club.database.session() as session:
        assert service.head(session, club.site_id).revision == 2
        rows = {type(row): row for row in state_of(session, club.site_id)}
        site = sites.get_site(session, club.site_id)
    credential, entitlement, flag = rows[CredentialRow], rows[EntitlementRow], rows[FlagRow]
    assert isinstance(credential, CredentialRow)
    assert isinstance(entitlement, EntitlementRow)
    assert isinstance(flag, FlagRow)
    assert credential.credential_hash == hash_credential(site.credential_key, "wiegand26:1:12345")
    assert entitlement.display_name == "Мария"
    assert [(window.contract_id, window.visits_left) for window in entitlement.windows] == [(contract_id, 10)]
    assert (flag.flag_id, flag.effect, flag.texts) == (flag_id, "block", {"it": "Fermo"})


def test_a_change_that_the_gates_do_not_see_makes_no_revision(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
    with club.database.transaction() as session:
        members.change(session, club.actor, member_id, {"note": "likes the sauna"})
        session.publish(MemberChanged(member_id))
    with club.database.session() as session:
        assert service.head(session, club.site_id).revision == 2


def test_only_rows_that_differ_get_the_new_revision(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session, card=7)
    with club.database.transaction() as session:
        flag_id = club.block(session, member_id)
    with club.database.session() as session:
        written = session.scalars(select(DesiredRow.key).where(DesiredRow.revision == 3)).all()
    assert written == [f"flag/{flag_id}"]


def test_a_cleared_flag_leaves_a_tombstone_and_can_be_sent(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        flag_id = club.block(session, member_id)
    with club.database.transaction() as session:
        club.clear(session, flag_id)
    with club.database.session() as session:
        delta = service.delta_since(session, club.site_id, 2)
        state_of(session, club.site_id)
    assert delta is not None
    assert (delta.upserts, delta.deletes, delta.to_revision) == ((), (f"flag/{flag_id}",), 3)


def test_unpaid_dues_are_two_flags_of_the_contract(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id, due_on=date(2026, 6, 1))
    with club.database.session() as session:
        flags = [row for row in state_of(session, club.site_id) if isinstance(row, FlagRow)]
    assert [(flag.flag_id, flag.effect, flag.source) for flag in flags] == [
        (f"dues-{contract_id}-block", "block", "dues"),
        (f"dues-{contract_id}-message", "message", "dues"),
    ]


def test_a_card_that_changed_hands_stands_for_its_new_holder_whoever_is_projected(club: Club) -> None:
    with club.database.transaction() as session:
        old_holder = club.add_member(session, "Bruno", card=99)
        (card,) = credentials.list_of_members(session, [old_holder])
        credentials.revoke(session, club.actor, card.id)
    with club.database.transaction() as session:
        new_holder = club.add_member(session, "Carla", card=99)
    with club.database.transaction() as session:
        members.change(session, club.actor, old_holder, {"first_name": "Brunello"})
    with club.database.session() as session:
        cards = [row for row in state_of(session, club.site_id) if isinstance(row, CredentialRow)]
    assert [(row.member_id, row.status) for row in cards] == [(new_holder, "active")]


def test_a_revoked_card_stays_known_as_revoked(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session, card=99)
        (card,) = credentials.list_of_members(session, [member_id])
        credentials.revoke(session, club.actor, card.id)
    with club.database.session() as session:
        cards = [row for row in state_of(session, club.site_id) if isinstance(row, CredentialRow)]
    assert [(row.member_id, row.status) for row in cards] == [(member_id, "revoked")]


def test_a_transaction_that_fails_leaves_no_revision(club: Club) -> None:
    def fail_late() -> None:
        with club.database.transaction() as session:
            club.add_member(session)
            members.get(session, "mem_nobody")

    with pytest.raises(CloudError):
        fail_late()
    with club.database.session() as session:
        assert service.head(session, club.site_id).revision == 1


def test_many_members_at_once_are_one_revision(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MEMBERS_AT_ONCE", 7)
    with club.database.transaction() as session:
        for number in range(20):
            club.add_member(session, f"Member {number}")
    with club.database.session() as session:
        assert service.head(session, club.site_id).revision == 2
        assert len(state_of(session, club.site_id)) == 22


def test_a_row_that_no_gate_can_read_is_not_written(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session, card=12345)
        flag_id = club.block(session, member_id)

    def spoil() -> None:
        with club.database.transaction() as session:
            flag = session.get(Flag, flag_id)
            assert flag is not None
            flag.source = "nobody"
            session.publish(MemberChanged(member_id))

    with pytest.raises((AssertionError, msgspec.ValidationError)):
        spoil()
    with club.database.session() as session:
        assert service.head(session, club.site_id).revision == 2
