from datetime import date, timedelta

import pytest

from cloud.card_rules import activity
from cloud.card_rules.models import LastActivity
from cloud.consents import proofs
from cloud.consents import service as consents
from cloud.contracts import service as contracts
from cloud.desired_state.models import DesiredRow
from cloud.errors import ConflictError, InvalidError, NotFoundError
from cloud.flags import service as flags
from cloud.members import contacts, service, standing, states
from cloud.members.contacts import ContactDetails
from cloud.members.service import MemberDetails
from cloud.merging import duplicates, moving
from cloud.merging.service import list_merged, merge
from cloud.personal_data.service import erase
from cloud.privacy_purposes import approach
from cloud.time_line import service as time_line
from tests.club import Club
from tests.privacy import add_purpose, decide


def twins(club: Club) -> tuple[str, str]:
    """Two entries of one person: the first has a card, the second a contract, a flag, a tag and a further contact."""
    with club.database.transaction() as session:
        first = MemberDetails(site_id=club.site_id, first_name="Anna", last_name="Rossi", phone="333 1234567")
        second = MemberDetails(
            site_id=club.site_id, first_name="Ana", last_name="Rosi", phone="+39 333 7654321", birth_on=date(1990, 1, 2)
        )
        kept_id, old_id = (service.create(session, club.actor, each).id for each in (first, second))
    with club.database.transaction() as session:
        club.add_contract(session, old_id)
        club.block(session, old_id)
        contacts.set_tags(session, club.actor, old_id, ["vip"])
        contacts.set_tags(session, club.actor, kept_id, ["vip"])
        contacts.set_contacts(session, club.actor, old_id, [ContactDetails(kind="email", value="a@b.example")])
        standing.black_list(session, club.actor, old_id, "fights")
    return kept_id, old_id


@pytest.mark.parametrize("is_kept_erased", [True, False])
def test_who_was_erased_is_not_merged_with_a_living_person(club: Club, is_kept_erased: bool) -> None:
    kept_id, old_id = twins(club)
    erased_id, name = (kept_id, "Anna Rossi") if is_kept_erased else (old_id, "Ana Rosi")
    with club.database.transaction() as session:
        erase(session, club.actor, erased_id, typed_name=name)
    with club.database.transaction() as session, pytest.raises(ConflictError):
        merge(session, club.actor, kept_id, old_id)


def test_a_merge_keeps_both_histories_and_the_old_id_leads_to_the_member(club: Club) -> None:
    kept_id, old_id = twins(club)
    with club.database.transaction() as session:
        merge(session, club.actor, kept_id, old_id, taken=["phone"])
    with club.database.session() as session:
        member = service.get(session, kept_id)
        assert (member.first_name, member.phone, member.birth_on) == ("Anna", "+393337654321", date(1990, 1, 2))
        assert member.black_listed_at is not None
        assert len(contracts.list_of_members(session, [kept_id])) == 1
        assert len(flags.list_standing(session, [kept_id])) == 1
        assert [label.name for label in contacts.tags_of(session, [kept_id])[kept_id]] == ["vip"]
        assert {each.value for each in contacts.list_contacts(session, kept_id)} == {"a@b.example", "+393331234567"}
        assert service.count_found(session, "3331234567") == service.count_found(session, "a@b") == 1
        assert len(states.list_changes(session, kept_id)) == 2
        with pytest.raises(NotFoundError):
            service.get(session, old_id)
        assert service.find_survivors(session, [old_id, kept_id]) == {old_id: kept_id}
        assert [row.old_name for row in list_merged(session, kept_id)] == ["Ana Rosi"]


@pytest.mark.parametrize("latest", [0, 1])
def test_who_was_there_twice_was_active_last_when_either_was(club: Club, latest: int) -> None:
    ids = twins(club)
    with club.database.transaction() as session:
        active_at = session.now + timedelta(days=3)
        activity.note_visit(session, ids[latest], active_at)
        activity.note_visit(session, ids[1 - latest], session.now - timedelta(days=3))
        bought_at = session.get_one(LastActivity, ids[1]).bought_at
        merge(session, club.actor, *ids)
    with club.database.session() as session:
        (row,) = session.query(LastActivity).all()
        assert (row.member_id, row.active_at, row.visited_at) == (ids[0], active_at, active_at)
        assert row.bought_at == bought_at is not None


def test_the_time_line_tells_what_became_of_both_entries(club: Club) -> None:
    kept_id, old_id = twins(club)
    with club.database.transaction() as session:
        states.set_state(session, club.actor, kept_id, "former", "moved away")
        states.set_state(session, club.actor, kept_id, "client")
        merge(session, club.actor, kept_id, old_id)
        standing.take_off_black_list(session, club.actor, kept_id)
    with club.database.session() as session:
        page = time_line.find_page(session, kept_id, may=lambda _: True, kinds=["standing"], after=None, limit=20)
    told = [(line.what, line.text) for line in reversed(page.items) if line.who == club.actor.id]
    assert sorted(told[:3]) == [("black_list", ""), ("create", ""), ("create", "")]
    assert told[3:] == [
        ("became_former", "moved away"),
        ("became_client", ""),
        ("merge", "Ana Rosi"),
        ("black_list_end", ""),
    ]


def test_the_gates_forget_the_old_entry_and_know_what_came_with_it(club: Club) -> None:
    kept_id, old_id = twins(club)
    with club.database.transaction() as session:
        merge(session, club.actor, kept_id, old_id)
    with club.database.session() as session:
        rows = session.query(DesiredRow).filter(DesiredRow.is_deleted.is_(False)).all()
        assert not [row for row in rows if row.member_id == old_id]
        assert [row for row in rows if row.member_id == kept_id]


def test_who_was_merged_twice_is_still_found_by_the_first_id(club: Club) -> None:
    kept_id, old_id = twins(club)
    with club.database.transaction() as session:
        third_id = club.add_member(session, "Nina")
        merge(session, club.actor, kept_id, old_id)
        merge(session, club.actor, third_id, kept_id)
        assert service.find_survivors(session, [old_id, kept_id]) == {old_id: third_id, kept_id: third_id}


def test_an_entry_is_not_merged_with_itself(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        with pytest.raises(InvalidError):
            merge(session, club.actor, member_id, member_id)


def test_every_column_that_names_a_member_is_moved_or_says_why_not(club: Club) -> None:
    """A new table with a `member_id` is moved without anybody's doing; what is left must exist."""
    tables = {column.table.name for column in moving.columns_of_members()}
    assert {*moving.LEFT_AS_THEY_ARE, *moving.WITH_THEIR_OWN_WAY} <= tables
    assert {"contract", "booking", "task", "access_event", "sale", "comment", "instalment", "merged_member"} <= tables


def test_duplicates_share_a_telephone_an_address_or_name_and_birth_date(club: Club) -> None:
    born = date(1990, 1, 2)
    with club.database.transaction() as session:
        told = (
            {"first_name": "Zoë", "last_name": "Ferri", "birth_on": born, "phone": "333 1234567"},
            {"first_name": "Zoe", "last_name": "FERRI", "birth_on": born, "email": "Zoe@club.example"},
            {"first_name": "Z.", "email": "zoe@CLUB.example"},
            {"first_name": "Other"},
            {"first_name": "Zoe", "last_name": "Ferri", "birth_on": date(1991, 1, 2)},
        )
        ids = [service.create(session, club.actor, MemberDetails(site_id=club.site_id, **each)).id for each in told]
        contacts.set_contacts(session, club.actor, ids[3], [ContactDetails(kind="phone", value="0039 3331234567")])
    with club.database.session() as session:
        found = {(group.cause, frozenset(each.id for each in group.people)) for group in duplicates.find(session)}
    assert found == {
        ("phone", frozenset({ids[0], ids[3]})),
        ("email", frozenset({ids[1], ids[2]})),
        ("name", frozenset({ids[0], ids[1]})),
    }


def test_what_both_entries_agreed_to_is_kept_with_its_proofs(club: Club) -> None:
    kept_id, old_id = twins(club)
    with club.database.transaction() as session:
        purpose_id = add_purpose(club, session)
        decide(club, session, kept_id, purpose_id, is_given=True)
    with club.database.transaction() as session:
        proven = decide(club, session, old_id, purpose_id, is_given=False, proof=b"%PDF-1")
        merge(session, club.actor, kept_id, old_id)
    with club.database.session() as session:
        told = consents.find_page(session, kept_id, after=None, limit=9).items
        assert {consent.decision for consent in told} == {"given", "refused"}
        assert proofs.get(session, proven).content == b"%PDF-1"
        assert approach.list_unapproachable(session, [kept_id], purpose_id) == [kept_id]
