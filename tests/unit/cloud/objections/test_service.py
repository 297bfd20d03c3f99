"""The list of objections."""

import pytest

from cloud.errors import ConflictError, InvalidError
from cloud.objections import service
from cloud.objections.service import OBJECTIONS_MAX, ObjectionDetails
from tests.club import Club


def test_an_objection_is_named_once_and_changed(club: Club) -> None:
    with club.database.transaction() as session:
        price = service.create(session, club.actor, ObjectionDetails(name="Too expensive"))
        far = service.create(session, club.actor, ObjectionDetails(name="Too far"))
        with pytest.raises(InvalidError):
            service.change(session, club.actor, far.id, {"name": "Too expensive"})
        service.change(session, club.actor, price.id, {"answer": "Show the trial", "is_obsolete": True})
        assert [each.name for each in service.list_all(session)] == ["Too far", "Too expensive"]


def test_the_list_has_its_bound(club: Club) -> None:
    with club.database.transaction() as session:
        for number in range(OBJECTIONS_MAX):
            service.create(session, club.actor, ObjectionDetails(name=f"Objection {number}"))
        with pytest.raises(ConflictError):
            service.create(session, club.actor, ObjectionDetails(name="One more"))
