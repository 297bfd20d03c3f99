"""Zones and the lanes between them."""

import pytest

from cloud.access_rules import editing, levels, zones
from cloud.access_rules.models import Zone
from cloud.access_rules.zones import ZoneDetails
from cloud.audit.models import AuditEntry
from cloud.errors import ConflictError, InUseError, InvalidError, NotFoundError
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from tests.club import SECRET, Club


def first_zone_id(club: Club) -> str:
    with club.database.session() as session:
        (zone,) = zones.list_of_site(session, club.site_id)
    return zone.id


def test_a_new_lane_leads_from_outside_into_the_oldest_zone(club: Club) -> None:
    zone_id = first_zone_id(club)
    with club.database.transaction() as session:
        zones.create(session, club.actor, club.site_id, ZoneDetails(name="Annex"))
    lane_id = club.add_lane()
    with club.database.session() as session:
        (place,) = zones.list_places(session, club.site_id)
    assert (place.lane_id, place.zone_in_id, place.zone_out_id) == (lane_id, zone_id, None)


def test_a_site_without_zones_has_lanes_that_join_nothing(club: Club) -> None:
    with club.database.transaction() as session:
        zones.delete(session, club.actor, first_zone_id(club))
    club.add_lane()
    with club.database.session() as session:
        (place,) = zones.list_places(session, club.site_id)
    assert (place.zone_in_id, place.zone_out_id) == (None, None)


def test_a_change_that_changes_nothing_is_not_told(club: Club) -> None:
    zone_id = first_zone_id(club)
    with club.database.transaction() as session:
        zones.change(session, club.actor, zone_id, {"name": "Club", "needs_pin": False})
    with club.database.session() as session:
        assert session.query(AuditEntry).filter_by(action="zone.change").count() == 0


def test_a_zone_that_is_used_is_kept_and_its_users_are_named(club: Club) -> None:
    zone_id = first_zone_id(club)
    club.add_lane("Lane 7")
    with club.database.transaction() as session:
        levels.create(session, club.actor, club.site_id, "Everything", {zone_id: None})
    with pytest.raises(InUseError) as refused, club.database.transaction() as session:
        zones.delete(session, club.actor, zone_id)
    assert refused.value.users == ("Lane 7", "Everything")


def test_there_are_at_most_sixty_four_zones(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    assert editing._BOUNDS[Zone] == 64
    monkeypatch.setitem(editing._BOUNDS, Zone, 1)
    with pytest.raises(ConflictError), club.database.transaction() as session:
        zones.create(session, club.actor, club.site_id, ZoneDetails(name="One too many"))


def test_names_are_unique_at_a_site_alone(club: Club) -> None:
    with pytest.raises(InvalidError), club.database.transaction() as session:
        zones.create(session, club.actor, club.site_id, ZoneDetails(name="Club"))
    with club.database.transaction() as session:
        other = sites.create_site(session, club.actor, SiteRules("Other", "UTC"), SECRET)
        assert [zone.name for zone in zones.list_of_site(session, other.id)] == ["Club"]


def test_a_lane_cannot_lead_from_a_zone_into_itself(club: Club) -> None:
    lane_id, zone_id = club.add_lane(), first_zone_id(club)
    with pytest.raises(InvalidError) as refused, club.database.transaction() as session:
        zones.place_lane(session, club.actor, lane_id, zone_in_id=zone_id, zone_out_id=zone_id)
    assert refused.value.code == "same_zone"


def test_forgetting_is_noted_with_its_time(club: Club) -> None:
    with club.database.transaction() as session:
        zone = zones.forgive(session, club.actor, first_zone_id(club))
        assert zone.forgiven_at == session.now


def test_what_is_not_there_is_not_found(club: Club) -> None:
    for act in (zones.forgive, zones.delete):
        with pytest.raises(NotFoundError), club.database.transaction() as session:
            act(session, club.actor, "zon_of_nobody")
