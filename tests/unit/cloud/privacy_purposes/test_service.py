"""Purposes: those with which a club begins, added, changed, made obsolete.

Feature 67.
"""

import pytest

from cloud.errors import InvalidError
from cloud.privacy_purposes import service
from cloud.privacy_purposes.policy import BASES, standard_id
from cloud.privacy_purposes.service import PurposeDetails
from tests.club import Club


def test_a_club_begins_with_a_purpose_on_each_legal_basis(club: Club) -> None:
    with club.database.session() as session:
        found = service.list_all(session)
        assert {purpose.basis for purpose in found} == set(BASES)
        assert all(set(purpose.names) == {"en", "it", "ru"} and len(purpose.id) == 24 for purpose in found)


def test_a_purpose_is_named_once_whatever_the_language(club: Club) -> None:
    with club.database.transaction() as session:
        service.create(session, club.actor, PurposeDetails(names={"en": "Newsletter", "it": ""}, basis="consent"))
        for names in ({"it": "NEWSLETTER"}, {"en": ""}, {}):
            with pytest.raises(InvalidError):
                service.create(session, club.actor, PurposeDetails(names=names, basis="contract"))


def test_what_a_purpose_rests_on_stays(club: Club) -> None:
    with club.database.transaction() as session:
        purpose = service.create(session, club.actor, PurposeDetails(names={"en": "News"}, basis="consent"))
        changes = {"names": {"en": "Newsletter"}, "channels": ["sms", "email"], "basis": "contract"}
        service.change(session, club.actor, purpose.id, changes)
        assert (purpose.names, purpose.channels, purpose.basis) == ({"en": "Newsletter"}, ["email", "sms"], "consent")


def test_an_obsolete_purpose_and_one_for_another_channel_cannot_be_used(club: Club) -> None:
    with club.database.transaction() as session:
        contract = standard_id("contract")
        service.check_usable(session, contract, "call")
        service.change(session, club.actor, contract, {"channels": ["email"]})
        service.check_usable(session, contract, None)
        with pytest.raises(InvalidError, match="way of talking"):
            service.check_usable(session, contract, "call")
        assert service.find_standard(session, "contract", "call") is None
        service.change(session, club.actor, contract, {"is_obsolete": True})
        with pytest.raises(InvalidError, match="obsolete"):
            service.check_usable(session, contract, None)
        assert contract not in {purpose.id for purpose in service.list_usable(session)}
