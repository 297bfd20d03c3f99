"""A person is found everywhere, exported, and erased so that nothing but numbers is left.

Feature 161.
"""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cloud.access_events.models import AccessEvent
from cloud.audit.models import AuditEntry
from cloud.audit.service import find_break
from cloud.bookings import service as bookings
from cloud.bookings import waiting
from cloud.comments import service as comments
from cloud.contracts import course
from cloud.contracts import service as contracts
from cloud.contracts.models import Contract
from cloud.contracts.policy import DaySpan
from cloud.credentials import service as credentials
from cloud.credentials.service import CardSpec
from cloud.database import UnitOfWork
from cloud.desired_state.models import DesiredRow, PastRow
from cloud.domain_events import MemberChanged
from cloud.errors import ConflictError, InvalidError
from cloud.members import contacts
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.service import MemberDetails
from cloud.merging.service import merge
from cloud.personal_data import service
from cloud.personal_data.treatments import TREATMENTS
from cloud.sales import service as sales
from cloud.sales.service import LineDetails, SaleDetails
from cloud.tables import METADATA
from tests.club import Club
from tests.privacy import add_purpose, decide

SECRETS = ("Ксения", "Vykhodnaya", "ksenia@example.org", "Allergic to chlorine", "Talk to Ksenia", "%PDF-1 signed")


@pytest.fixture
def member_id(club: Club) -> str:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        details = MemberDetails(
            site_id=club.site_id,
            first_name="Ксения",
            last_name="Vykhodnaya",
            email="ksenia@example.org",
            note="Allergic to chlorine",
        )
        member_id = members.create(session, club.actor, details).id
        credentials.issue(session, club.actor, member_id, CardSpec(card_number=4711))
        club.add_contract(session, member_id)
        club.block(session, member_id, "Talk to Ksenia")
        session.add(passage(session, club, gateway_id, member_id))
        agreed = {"how": "paper", "typed_name": "Ксения", "proof": b"%PDF-1 signed"}
        decide(club, session, member_id, add_purpose(club, session), is_given=True, **agreed)
    with club.database.transaction() as session:  # so that there are past rows
        members.change(session, club.actor, member_id, {"first_name": "Ксения Б."})
        members.change(session, club.actor, member_id, {"first_name": "Ксения"})
    return member_id


def passage(session: UnitOfWork, club: Club, gateway_id: str, member_id: str) -> AccessEvent:
    return AccessEvent(
        site_id=club.site_id,
        gateway_id=gateway_id,
        lane_id="lan_1",
        journal_epoch="e",
        seq=1,
        kind="access_decided",
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        is_history=False,
        boot_id="b",
        monotonic_ms=1,
        clock="synced",
        member_id=member_id,
        outcome="allow",
        reason="granted",
        text="Ciao Ксения",
        is_chain_intact=True,
        body={"type": "access_decided", "text": "Ciao Ксения", "credential_hash": "ab", "reason": "granted"},
    )


def everything(club: Club) -> str:
    """All text of the database."""
    told: list[Any] = []
    with club.database.session() as session:
        for table in METADATA.sorted_tables:
            for row in session.execute(select(table)):
                told += [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in row]
    return repr(told)


def erase(club: Club, member_id: str, name: str = "ксения  vykhodnaya") -> None:
    with club.database.transaction() as session:
        service.erase(session, club.actor, member_id, typed_name=name)


def test_what_is_kept_is_found_and_exported(club: Club, member_id: str) -> None:
    with club.database.transaction() as session:
        packed = service.export(session, club.actor, member_id)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        told = json.loads(archive.read("person.json"))
    assert told["kept"]["member"][0]["email"] == "ksenia@example.org"
    assert {"credential", "contract", "flag", "access_event", "consent", "consent_proof"} <= set(told["kept"])
    assert "pin_hashes" not in told["kept"]["credential"][0]


def test_after_an_erasure_nothing_names_the_person(club: Club, member_id: str) -> None:
    before = everything(club)
    assert all(secret in before for secret in SECRETS)
    assert "4711" in before
    erase(club, member_id)
    after = everything(club)
    assert [secret for secret in (*SECRETS, "4711") if secret in after] == []


def test_accounting_and_access_history_stay_and_the_log_is_whole(club: Club, member_id: str) -> None:
    erase(club, member_id)
    with club.database.session() as session:
        assert session.scalars(select(Contract.member_id)).one() == member_id
        event = session.scalars(select(AccessEvent)).one()
        assert (event.member_id, event.outcome, event.text, event.body["text"]) == (member_id, "allow", "", "")
        assert session.get_one(Member, member_id).name == "—"
        assert find_break(session) is None
        told = session.scalars(select(AuditEntry).where(AuditEntry.entity_id == member_id)).all()
        assert {entry.action: entry.is_erased for entry in told} == {
            "member.create": True,
            "member.change": True,
            "person.erase": False,
        }


def test_what_was_known_of_an_entry_that_was_merged_in_is_erased_too(club: Club, member_id: str) -> None:
    with club.database.transaction() as session:
        kept_id = club.add_member(session, "Xenia")
    with club.database.transaction() as session:
        merge(session, club.actor, kept_id, member_id)
    assert "Ксения" in everything(club)
    erase(club, kept_id, "Xenia Vykhodnaya")
    after = everything(club)
    assert [secret for secret in (*SECRETS, "Xenia", "4711") if secret in after] == []


def test_the_log_forgets_why_money_was_taken_back_and_tells_the_amounts(club: Club, member_id: str) -> None:
    line = LineDetails(kind="goods", title="Towel", unit_price_minor=1500)
    details = SaleDetails(method="cash", currency="EUR", lines=(line,))
    with club.database.transaction() as session:
        sale = sales.sell(session, club.actor, member_id, details, idempotency_key="1")
        sales.cancel(session, club.actor, sale.id, "Vykhodnaya brought it back")
    erase(club, member_id)
    assert "Vykhodnaya" not in everything(club)
    with club.database.session() as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.entity_id == sale.id)).all()
        assert {entry.action: entry.is_erased for entry in told} == {"sale.create": False, "sale.cancel": True}
        assert find_break(session) is None


def test_the_seats_ahead_of_the_person_are_free_for_others(club: Club, member_id: str) -> None:
    with club.database.transaction() as session:
        booked_id = club.book(session, member_id, session.now + timedelta(days=1), seats=1)
        session_id = bookings.get(session, booked_id).session_id
        next_id = club.add_member(session, "Berta")
        waiting.join(session, club.actor, next_id, session_id)
    erase(club, member_id)
    with club.database.session() as session:
        assert [each.member_id for each in bookings.list_of_session(session, session_id)] == [next_id]
        assert bookings.get(session, booked_id).cancelled_at is not None


def test_the_gateways_are_told_to_forget_the_person(club: Club, member_id: str) -> None:
    def rows() -> list[bool]:
        with club.database.session() as session:
            return list(session.scalars(select(DesiredRow.is_deleted).where(DesiredRow.member_id == member_id)))

    assert False in rows()
    erase(club, member_id)
    assert set(rows()) == {True}
    with club.database.session() as session:
        assert session.scalars(select(PastRow).where(PastRow.member_id == member_id)).all() == []
    with club.database.transaction() as session:  # and later changes do not bring them back
        session.publish(MemberChanged(member_id))
    assert set(rows()) == {True}


def test_nothing_more_is_written_about_the_person(club: Club, member_id: str) -> None:
    """A form that was open before the erasure brings nothing back."""
    erase(club, member_id)
    for write in (
        lambda session: members.change(session, club.actor, member_id, {"first_name": "Ксения"}),
        lambda session: contacts.set_tags(session, club.actor, member_id, ["vip"]),
        lambda session: comments.add(session, club.actor, member_id, "Ксения"),
        lambda session: club.block(session, member_id),
        lambda session: credentials.issue(session, club.actor, member_id, CardSpec(card_number=7)),
        lambda session: club.add_contract(session, member_id),
    ):
        with pytest.raises(ConflictError) as caught, club.database.transaction() as session:
            write(session)
        assert caught.value.code == "erased_already"


def test_an_old_form_about_a_contract_writes_nothing_about_the_person(club: Club, member_id: str) -> None:
    erase(club, member_id)
    first, last = date(2026, 3, 1), date(2026, 3, 9)
    forms: list[Callable[[UnitOfWork, str], object]] = [
        lambda session, contract_id: course.add_freeze(
            session, club.actor, contract_id, DaySpan(first, last), reason="Ксения broke her leg"
        ),
        lambda session, contract_id: course.extend(session, club.actor, contract_id, date(2027, 1, 1), "Ксения asked"),
        lambda session, contract_id: contracts.change(session, club.actor, contract_id, {"plan_name": "Ксения's"}),
    ]
    for write in forms:
        with pytest.raises(ConflictError) as caught, club.database.transaction() as session:
            write(session, session.scalars(select(Contract.id)).one())
        assert caught.value.code == "erased_already"


def test_a_contract_of_a_person_who_was_erased_can_be_ended_and_nobody_is_told_why(club: Club, member_id: str) -> None:
    erase(club, member_id)
    with club.database.transaction() as session:
        contract_id = session.scalars(select(Contract.id)).one()
        ended = course.end(session, club.actor, contract_id, date(2026, 3, 1), "Ксения moved away")
        assert ended.ends_on == date(2026, 3, 1)
    assert "Ксения" not in everything(club)


def test_an_erasure_needs_the_name_and_nothing_that_goes_on(club: Club, member_id: str) -> None:
    with pytest.raises(InvalidError):
        erase(club, member_id, "Somebody Else")
    with club.database.transaction() as session:
        due = club.add_contract(session, member_id, due_on=date(2026, 2, 1))
        session.get_one(Contract, due)
    with pytest.raises(ConflictError) as caught:
        erase(club, member_id)
    assert caught.value.code == "dues_open"


def test_nobody_is_erased_twice(club: Club, member_id: str) -> None:
    erase(club, member_id)
    with pytest.raises(ConflictError) as caught:
        erase(club, member_id, "—")
    assert caught.value.code == "erased_already"


def test_every_table_that_belongs_to_a_person_is_treated() -> None:
    """Names a member, or points to something of one: then `TREATMENTS` says what an erasure does with it."""
    owned = {name for name, table in METADATA.tables.items() if "member_id" in table.c} | {"member"}
    pointing = {
        name
        for name, table in METADATA.tables.items()
        for key in table.foreign_keys
        if key.column.table.name in {"member", "contract", "instalment", "sale", "task"}
    }
    missing = (owned | pointing) - set(TREATMENTS)
    assert not missing, f"say in cloud/personal_data/treatments.py what an erasure does with {sorted(missing)}"
    for name, treatment in TREATMENTS.items():
        columns = set(METADATA.tables[name].c.keys())
        assert treatment.hidden <= columns, name
        assert set(getattr(treatment, "emptied", {})) <= columns, name
