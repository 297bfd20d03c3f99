import pytest

from cloud.errors import InvalidError
from cloud.members import contacts, service
from cloud.members.contacts import ContactDetails
from tests.club import Club

HER_MOTHER = ContactDetails(kind="phone", value="06 1234567", note="her mother")
AT_WORK = ContactDetails(kind="email", value="A.Rossi@Work.example")


def test_further_contacts_are_found_and_keep_being_found_after_other_changes(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session, "Anna", card=4711)
        contacts.set_contacts(session, club.actor, member_id, [HER_MOTHER, AT_WORK])
        service.change(session, club.actor, member_id, {"first_name": "Nina"})
    with club.database.session() as session:
        assert [service.count_found(session, each) for each in ("061234567", "rossi@work", "4711", "anna")] == [
            1,
            1,
            1,
            0,
        ]
        assert [each.value for each in contacts.list_contacts(session, member_id)] == ["+39061234567", AT_WORK.value]


def test_contacts_are_bounded_and_numbers_checked(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        for wanted in ([AT_WORK] * 11, [ContactDetails(kind="phone", value="1")]):
            with pytest.raises(InvalidError):
                contacts.set_contacts(session, club.actor, member_id, wanted)


def test_tags_are_set_as_a_whole(club: Club) -> None:
    """Feature 179."""
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contacts.set_tags(session, club.actor, member_id, ["#vip", "утро"])
        contacts.set_tags(session, club.actor, member_id, ["VIP", "sauna"])
    with club.database.session() as session:
        assert [label.name for label in contacts.tags_of(session, [member_id])[member_id]] == ["sauna", "vip"]


def test_tags_are_bounded(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        for names in ([f"tag {number}" for number in range(21)], ["a" * 61]):
            with pytest.raises(InvalidError):
                contacts.set_tags(session, club.actor, member_id, names)
