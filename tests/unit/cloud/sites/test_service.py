"""Sites, lanes and gateways: rules that are checked, keys that are sealed, states that follow from the last word."""

from datetime import timedelta

import pytest

from cloud.errors import InvalidError, NotFoundError
from cloud.kit.sealed_secrets import UnsealError
from cloud.sites import service
from cloud.sites.policy import SiteRules
from cloud.sites.service import GatewayReport
from tests.club import SECRET, Club, gateway_of


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        (SiteRules("", "Europe/Rome"), "name"),
        (SiteRules("x" * 121, "Europe/Rome"), "name"),
        (SiteRules("two\nlines", "Europe/Rome"), "name"),
        (SiteRules("Club", "Europe/Nowhere"), "time_zone"),
        (SiteRules("Club", "../../etc/passwd"), "time_zone"),
        (SiteRules("Club", ""), "time_zone"),
        (SiteRules("Club", "Europe/Rome", locale="fr"), "locale"),
        (SiteRules("Club", "Europe/Rome", lease_days=91), "lease_days"),
        (SiteRules("Club", "Europe/Rome", facility_code=256), "facility_code"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_by_name(club: Club, rules: SiteRules, field: str) -> None:
    with pytest.raises(InvalidError) as refused, club.database.transaction() as session:
        service.create_site(session, club.actor, rules, SECRET)
    assert [error.field for error in refused.value.errors] == [field]


def test_the_signing_key_opens_with_the_service_s_secret_alone_and_at_its_own_site(club: Club) -> None:
    with club.database.transaction() as session:
        other_id = service.create_site(session, club.actor, SiteRules("Other", "UTC"), SECRET).id
    with club.database.session() as session:
        site, other = service.get_site(session, club.site_id), service.get_site(session, other_id)
        assert service.site_signer(site, SECRET).public_key != service.site_signer(other, SECRET).public_key
        with pytest.raises(UnsealError):
            service.site_signer(site, bytes(32))
        site.signing_key_sealed = other.signing_key_sealed
        with pytest.raises(UnsealError):
            service.site_signer(site, SECRET)


def test_a_lane_needs_its_site(club: Club) -> None:
    with pytest.raises(NotFoundError), club.database.transaction() as session:
        service.create_lane(session, club.actor, "sit_nowhere", "Lane 1")


def test_a_gateway_is_connected_for_forty_seconds_after_its_last_word(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        gateway = gateway_of(session, gateway_id)
        assert not service.is_connected(gateway, session.now)
        service.record_report(session, gateway, GatewayReport("boot", "synced", (0, 4)))
        assert service.is_connected(gateway, session.now + timedelta(seconds=39))
        assert not service.is_connected(gateway, session.now + timedelta(seconds=40))


def test_a_report_leaves_what_it_does_not_tell(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        gateway = gateway_of(session, gateway_id)
        service.record_report(session, gateway, GatewayReport("boot", "synced", (0, 4), "0.1.0"))
        service.record_report(session, gateway, GatewayReport("boot", "floor", (2, 4), readers=({"reader": "in"},)))
    with club.database.session() as session:
        gateway = gateway_of(session, gateway_id)
        assert (gateway.software_version, gateway.clock, gateway.outbox_first_seq) == ("0.1.0", "floor", 2)
        assert gateway.readers == [{"reader": "in"}]


def test_the_time_of_a_revision_is_that_of_its_first_report(club: Club) -> None:
    gateway_id = club.add_gateway(club.add_lane())
    with club.database.transaction() as session:
        gateway, noon = gateway_of(session, gateway_id), session.now
        service.record_applied(session, gateway, 5, b"root", noon)
        service.record_applied(session, gateway, 5, b"root", noon + timedelta(hours=1))
        assert (gateway.applied_revision, gateway.applied_at) == (5, noon)
