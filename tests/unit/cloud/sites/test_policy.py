"""The rules of a site: what may be chosen, and what a change of them tells."""

from typing import Any

import pytest

from access_policy.decision import Reason
from cloud.audit.models import AuditEntry
from cloud.database import Database
from cloud.domain_events import DomainEvent, MemberRulesChanged, SiteChanged
from cloud.errors import InvalidError
from cloud.sites import service
from cloud.sites.policy import REFUSALS, SiteRules, check_rules
from tests.club import Club
from tests.tables import create_tables


def rules_with(**changes: Any) -> SiteRules:
    return SiteRules("Club", "Europe/Rome", **changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lease_policy": "hope"}, "lease_policy"),
        ({"clock_policy": "hope"}, "clock_policy"),
        ({"exit_policy": "hope"}, "exit_policy"),
        ({"impossible_travel_s": 601}, "impossible_travel_s"),
        ({"impossible_travel_s": -1}, "impossible_travel_s"),
        ({"booking_minutes_before": 241}, "booking_minutes_before"),
        ({"booking_minutes_after": -1}, "booking_minutes_after"),
        ({"refusal_texts": {"granted": {"en": "No"}}}, "refusal_texts"),
        ({"refusal_texts": {"zone_full": {"fr": "Complet"}}}, "refusal_texts"),
        ({"refusal_texts": {"zone_full": {"en": ""}}}, "refusal_texts"),
        ({"refusal_texts": {"zone_full": {"en": "a" * 81}}}, "refusal_texts"),
        ({"refusal_texts": {"zone_full": {"en": "two\nlines"}}}, "refusal_texts"),
    ],
)
def test_a_rule_that_cannot_be_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check_rules(rules_with(**changes))
    assert [error.field for error in refused.value.errors] == [field]


def test_what_most_clubs_want_and_the_widest_rules_are_good() -> None:
    check_rules(rules_with())
    texts = {str(reason): dict.fromkeys(("en", "it", "ru"), "a" * 80) for reason in REFUSALS}
    check_rules(rules_with(refusal_texts=texts, impossible_travel_s=0, lease_policy="allow_and_report"))


def test_every_reason_to_refuse_may_have_words_of_the_site() -> None:
    assert set(Reason) - set(REFUSALS) == {Reason.GRANTED, Reason.SITE_UNKNOWN}


def test_a_change_is_audited_with_what_was_before(club: Club) -> None:
    with club.database.transaction() as session:
        service.change_rules(session, club.actor, club.site_id, {"lease_days": 7, "exit_policy": "may_leave"})
    with club.database.session() as session:
        (entry,) = session.query(AuditEntry).filter_by(action="site.change").all()
    assert entry.before == {"lease_days": 30, "exit_policy": "check"}
    assert entry.after == {"lease_days": 7, "exit_policy": "may_leave"}


def test_a_change_that_changes_nothing_is_not_told(club: Club) -> None:
    with club.database.transaction() as session:
        service.change_rules(session, club.actor, club.site_id, {"lease_days": 30})
    with club.database.session() as session:
        assert session.query(AuditEntry).filter_by(action="site.change").count() == 0


@pytest.mark.parametrize("name", ["time_zone", "facility_code"])
def test_what_members_days_and_cards_follow_from_is_never_changed(club: Club, name: str) -> None:
    with pytest.raises(AssertionError), club.database.transaction() as session:
        service.change_rules(session, club.actor, club.site_id, {name: 1})


def test_a_form_that_sends_every_rule_touches_members_only_when_their_rules_change() -> None:
    told: list[DomainEvent] = []
    database = Database("sqlite://", dispatch=lambda _session, event: told.append(event))
    create_tables(database)
    club = Club.found(database)
    told.clear()
    everything = {"lease_days": 7, "booking_minutes_after": 15, "certificate_required": False}
    with database.transaction() as session:
        service.change_rules(session, club.actor, club.site_id, everything)
        assert told == [SiteChanged(club.site_id)]
        service.change_rules(session, club.actor, club.site_id, everything | {"booking_minutes_after": 25})
        assert told[1:] == [SiteChanged(club.site_id), MemberRulesChanged(club.site_id)]
    database.close()
