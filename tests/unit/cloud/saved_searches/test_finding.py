"""Whom criteria find: always those of the moment."""

from datetime import timedelta

from cloud.action_types import outcomes
from cloud.balances import holders
from cloud.members import contacts
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.saved_searches import finding
from cloud.saved_searches.criteria import HolderCriteria, MemberCriteria, TaskCriteria
from cloud.saved_searches.finding import AnyCriteria, Moment
from cloud.tasks import closing
from cloud.tasks.closing import Closing
from tests.card_rules import RuleClub
from tests.tasks import add_outcome, add_task, add_type


def found(club: RuleClub, criteria: AnyCriteria) -> list[str]:
    with club.database.session() as session:
        moment = Moment.of_club(session)
        page = finding.find_page(session, criteria, moment, after=None, limit=50)
        assert finding.count(session, criteria, moment) == len(page.items)
        return [member.id for member in page.items]


def test_birthdays_of_today_are_those_of_the_day_on_which_it_is_run(club: RuleClub) -> None:
    with club.database.transaction() as session:
        born = [
            members.create(
                session,
                club.club.actor,
                MemberDetails(site_id=club.club.site_id, first_name="Anna", birth_on=club.today + timedelta(days=days)),
            ).id
            for days in (0, 1)
        ]
    today = MemberCriteria(kind="members", birthday_from=0, birthday_to=0)
    assert found(club, today) == [born[0]]
    club.wait(days=1)
    assert found(club, today) == [born[1]]


def test_who_stays_away_is_found_by_so_many_days(club: RuleClub) -> None:
    away, without_contract = club.add_member(), club.add_member()
    club.sell(away, days=60)
    club.visit(away)
    club.visit(without_contract)
    fortnight = MemberCriteria(kind="members", absent_days=14)
    club.wait(days=13)
    assert found(club, fortnight) == []
    club.wait(days=1)
    assert found(club, fortnight) == [away]
    exactly = MemberCriteria(kind="members", absent_days=14, absent_days_max=14)
    assert found(club, exactly) == [away]
    club.wait(days=1)
    assert (found(club, fortnight), found(club, exactly)) == ([away], [])


def test_tasks_that_ended_badly_a_week_ago_find_their_members_once(club: RuleClub) -> None:
    """Feature 140."""
    bad, other = club.add_member(), club.add_member("Bruno")
    with club.database.transaction() as session:
        outcome = add_outcome(club.club, session, "Without", "closed_negative")
        type_id = add_type(club.club, session, name="Green pass", outcome_ids=(outcome,))
        task_ids = [add_task(club.club, session, each, type_id) for each in (bad, bad, other)]
        for task_id in task_ids[:2]:
            closing.close(session, club.club.actor, task_id, Closing(outcome_id=outcome, result="No"))
    week_ago = TaskCriteria(kind="tasks", outcome_id=outcome, closed_from=-7, closed_to=-7)
    assert found(club, week_ago) == []
    club.wait(days=7)
    assert found(club, week_ago) == [bad]
    club.wait(days=1)
    assert found(club, week_ago) == []
    with club.database.session() as session:
        assert [each.id for each in outcomes.list_all(session)] == [outcome]


def test_members_by_tag_and_words(club: RuleClub) -> None:
    tagged, _other = club.add_member("Carla"), club.add_member("Carla")
    with club.database.transaction() as session:
        contacts.set_tags(session, club.club.actor, tagged, ["Yoga"])
        tag_id = contacts.tags_of(session, [tagged])[tagged][0].id
    assert found(club, MemberCriteria(kind="members", query="carl", tag_id=tag_id)) == [tagged]


def test_balances_are_those_of_their_list(club: RuleClub) -> None:
    holder = club.add_member()
    club.add_member()
    club.sell(holder, days=60, visits_total=10)
    for figure in holders.FIGURES:
        wanted = HolderCriteria(kind="holders", site_id=club.club.site_id, figure=figure, lessons_left=10)
        assert found(club, wanted) == [holder], figure
    assert found(club, HolderCriteria(kind="holders", site_id=club.club.site_id, figure="unused", lessons_left=9)) == []
