"""Rooms: a name each, a zone of the same site, and the zone stays."""

import pytest

from cloud.access_rules import zones
from cloud.access_rules.zones import ZoneDetails
from cloud.errors import ConflictError, InvalidError
from cloud.rooms import service
from cloud.rooms.service import RoomDetails
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from tests.club import SECRET, Club


def test_two_rooms_of_a_site_have_two_names(club: Club) -> None:
    with club.database.transaction() as session:
        service.create(session, club.actor, club.site_id, RoomDetails(name="Studio 1"))
        second = service.create(session, club.actor, club.site_id, RoomDetails(name="Studio 2"))
        with pytest.raises(InvalidError):
            service.change(session, club.actor, second.id, {"name": "Studio 1"})
        assert service.change(session, club.actor, second.id, {"seats": 7}).seats == 7


def test_the_zone_of_another_club_is_refused(club: Club) -> None:
    with club.database.transaction() as session:
        other = sites.create_site(session, club.actor, SiteRules("Other", "UTC"), SECRET)
        (zone,) = zones.list_of_site(session, other.id)
        with pytest.raises(InvalidError):
            service.create(session, club.actor, club.site_id, RoomDetails(name="Spa", zone_id=zone.id))


def test_a_zone_with_a_room_stays(club: Club) -> None:
    with club.database.transaction() as session:
        pool = zones.create(session, club.actor, club.site_id, ZoneDetails(name="Pool"))
        service.create(session, club.actor, club.site_id, RoomDetails(name="Basin", zone_id=pool.id))
        with pytest.raises(ConflictError, match="Basin"):
            zones.delete(session, club.actor, pool.id)
