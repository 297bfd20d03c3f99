"""Who may be approached: the same by the condition on queries and by the standing of each person.

Feature 67.
"""

from datetime import timedelta

from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.members.models import Member
from cloud.privacy_purposes import approach, texts
from cloud.privacy_purposes.policy import Basis
from tests.club import Club
from tests.privacy import add_purpose, decide

DAY = timedelta(days=1)


def willing(session: UnitOfWork, purpose_id: str) -> set[str]:
    """Who may be approached, by all three ways to ask, which agree."""
    ids = sorted(session.scalars(select(Member.id)))
    unwilling = set(approach.list_unapproachable(session, ids, purpose_id))
    by_query = set(session.scalars(select(Member.id).where(approach.is_approachable(Member.id, purpose_id))))
    for member_id in ids:
        (own,) = [each for each in approach.standings_of(session, member_id) if each.purpose.id == purpose_id]
        assert own.may_approach == (member_id in by_query) == (member_id not in unwilling)
    return by_query


def decided(club: Club, basis: Basis) -> tuple[str, str, str, str]:
    """A purpose, and who agreed, who refused, and who was not asked."""
    with club.database.transaction() as session:
        purpose_id = add_purpose(club, session, basis=basis)
        yes, no, silent = (club.add_member(session, name) for name in ("Yes", "No", "Silent"))
        decide(club, session, yes, purpose_id, is_given=True)
        decide(club, session, no, purpose_id, is_given=False)
    return purpose_id, yes, no, silent


def test_with_consent_only_who_has_agreed_is_approached(club: Club) -> None:
    purpose_id, yes, _no, _silent = decided(club, "consent")
    with club.database.session() as session:
        assert willing(session, purpose_id) == {yes}


def test_with_a_legitimate_interest_all_are_approached_but_who_objects(club: Club) -> None:
    purpose_id, yes, _no, silent = decided(club, "legitimate_interest")
    with club.database.session() as session:
        assert willing(session, purpose_id) == {yes, silent}


def test_for_a_contract_everybody_is_approached(club: Club) -> None:
    with club.database.transaction() as session:
        purpose_id, member_id = add_purpose(club, session, basis="contract"), club.add_member(session)
        assert willing(session, purpose_id) == {member_id}


def test_the_decision_of_the_latest_day_counts_whenever_it_was_noted(club: Club) -> None:
    with club.database.transaction() as session:
        purpose_id, member_id = add_purpose(club, session), club.add_member(session)
        decide(club, session, member_id, purpose_id, is_given=True)
        decide(club, session, member_id, purpose_id, is_given=False)
        assert willing(session, purpose_id) == set()
    with club.database.transaction() as session:  # an old paper that is found again
        decide(club, session, member_id, purpose_id, is_given=True, decided_on=session.now.date() - 30 * DAY)
        assert willing(session, purpose_id) == set()


def test_a_text_that_asks_anew_makes_earlier_agreements_count_no_more(club: Club) -> None:
    purpose_id, yes, _no, silent = decided(club, "consent")
    with club.database.transaction() as session:
        texts.write(session, club.actor, purpose_id, {"en": "A word more"})
        decide(club, session, silent, purpose_id, is_given=True)
        assert willing(session, purpose_id) == {yes, silent}
        texts.write(session, club.actor, purpose_id, {"en": "Another firm, too"}, asks_anew=True)
        assert willing(session, purpose_id) == set()
        (own,) = [each for each in approach.standings_of(session, yes) if each.purpose.id == purpose_id]
        assert (own.standing, own.number) == ("outdated", 1)
        decide(club, session, yes, purpose_id, is_given=True)
        assert willing(session, purpose_id) == {yes}
