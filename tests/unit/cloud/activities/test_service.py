"""Activities: one name each, and what is obsolete stays."""

import pytest

from cloud.activities import service
from cloud.activities.service import ActivityDetails
from cloud.errors import CloudError, InvalidError
from tests.club import Club


def test_an_activity_is_made_obsolete_and_listed_last(club: Club) -> None:
    with club.database.transaction() as session:
        aqua = service.create(session, club.actor, ActivityDetails(name="Aqua", colour="cyan"))
        yoga = service.create(session, club.actor, ActivityDetails(name="Yoga"))
        service.change(session, club.actor, aqua.id, {"is_obsolete": True})
        assert [each.id for each in service.list_all(session)] == [yoga.id, aqua.id]


def test_a_name_is_given_once(club: Club) -> None:
    with club.database.transaction() as session:
        service.create(session, club.actor, ActivityDetails(name="Aqua"))
        yoga = service.create(session, club.actor, ActivityDetails(name="Yoga"))
        with pytest.raises(InvalidError):
            service.create(session, club.actor, ActivityDetails(name="Aqua"))
        with pytest.raises(InvalidError):
            service.change(session, club.actor, yoga.id, {"name": "Aqua"})
        service.change(session, club.actor, yoga.id, {"name": "Yoga", "colour": "red"})
        with pytest.raises(CloudError, match="no activity"):
            service.get(session, "atv_unknown")
