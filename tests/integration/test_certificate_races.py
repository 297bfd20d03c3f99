"""Two who change a gateway's certificates at once: whoever comes second sees what the first has done."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from cloud.database import UnitOfWork
from cloud.enrolment import certificates, reenrolment, renewal, service
from cloud.enrolment.models import Reenrolment
from cloud.errors import CloudError
from cloud.settings import Address, Settings
from cloud.sites import service as sites
from tests.club import SECRET
from tests.unit.cloud.enrolment.renewal_desk import GATEWAY, RenewalDesk, csr_of, new_key

Act = Callable[[UnitOfWork], object]


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[RenewalDesk]:
    desk = RenewalDesk(tmp_path / "authority", database_url)
    yield desk
    desk.database.close()


def at_once(desk: RenewalDesk, first: Act, second: Act) -> list[str]:
    """Begin `second` in a transaction of its own while that of `first` is open; gives the codes of refusals."""
    refusals: list[str] = []

    def run() -> None:
        try:
            with desk.database.transaction() as session:
                second(session)
        except CloudError as error:
            refusals.append(error.code)

    with desk.database.transaction() as session:
        first(session)
        session.flush()
        rival = Thread(target=run)
        rival.start()
        rival.join(0.3)
    rival.join(20)
    assert not rival.is_alive()
    return refusals


def renew(desk: RenewalDesk, key: ec.EllipticCurvePrivateKey) -> Act:
    request = desk.signed(csr_of(key)).to_request()
    return lambda session: renewal.renew(session, desk.authority, request, secret=SECRET, network_address="192.0.2.7")


def withdraw(desk: RenewalDesk) -> Act:
    return lambda session: certificates.withdraw_gateway(session, desk.club.actor, GATEWAY, "stolen")


def good(desk: RenewalDesk) -> list[str]:
    return [each.serial for each in desk.history() if each.revoked_at is None]


def test_a_gateway_that_is_withdrawn_while_it_renews_is_left_no_certificate(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    assert at_once(desk, renew(desk, new_key()), withdraw(desk)) == []
    assert len(desk.history()) == 2
    assert good(desk) == []


def test_a_gateway_that_renews_while_it_is_withdrawn_gets_none(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    assert at_once(desk, withdraw(desk), renew(desk, new_key())) == ["gateway_retired"]
    assert good(desk) == []


def test_two_renewals_for_one_key_are_given_one_certificate(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    key = new_key()
    assert at_once(desk, renew(desk, key), renew(desk, key)) == []
    assert len(desk.history()) == 2


def test_of_two_renewals_for_two_keys_one_has_to_wait(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    assert at_once(desk, renew(desk, new_key()), renew(desk, new_key())) == ["another_key_just_now"]
    assert len(desk.history()) == 2


def test_a_certificate_that_is_not_in_the_tables_is_taken_in_once(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    key = new_key()
    acts = renew(desk, key), renew(desk, key)
    with desk.database.transaction() as session:
        session.delete(certificates.list_of(session, GATEWAY)[0])
    assert at_once(desk, *acts) == []
    assert len(desk.history()) == 2


def test_a_gateway_that_is_withdrawn_while_it_is_let_back_is_left_no_certificate(desk: RenewalDesk) -> None:
    desk.wait(1.1)
    request = desk.signed(csr_of(new_key()))
    assert desk.renew(request) is None
    with desk.database.session() as session:
        key_hash = session.get_one(Reenrolment, GATEWAY).key_hash

    def approve(session: UnitOfWork) -> object:
        return reenrolment.approve(session, desk.club.actor, desk.authority, GATEWAY, key_hash=key_hash)

    assert at_once(desk, approve, withdraw(desk)) == []
    assert good(desk) == []


def test_two_tokens_that_are_redeemed_at_once_leave_a_lane_one_gateway(desk: RenewalDesk) -> None:
    nowhere = Address("127.0.0.1", 0)
    settings = Settings(
        database_url="",
        secret=SECRET,
        authority_dir=None,
        broker=nowhere,
        broker_certificate=None,
        broker_key=None,
        listen=nowhere,
        tls_listen=None,
        tls_certificate=None,
        tls_key=None,
        public_broker=nowhere,
    )

    def redeem() -> Act:
        with desk.database.transaction() as session:
            token = service.create_claim_token(session, desk.club.actor, desk.lane_id, desk.authority).text
        csr = csr_of(new_key())
        return lambda session: service.enrol(session, settings, desk.authority, token_text=token, csr_pem=csr)

    assert at_once(desk, redeem(), redeem()) == []
    with desk.database.session() as session:
        assert len(sites.list_gateways(session)) == 1
        assert len(certificates.revoked_serials(session)) == 2
