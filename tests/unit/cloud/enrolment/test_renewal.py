"""The next certificate is for whoever holds the present key, in time, once; an expired one needs somebody's word."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from cloud.audit.models import AuditEntry
from cloud.enrolment import certificates, reenrolment
from cloud.enrolment.authority import gateway_profile, serial_of
from cloud.enrolment.models import Reenrolment
from cloud.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from provisioning.authority import create_authority
from tests.unit.cloud.enrolment.renewal_desk import GATEWAY, RenewalDesk, csr_of, new_key, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RenewalDesk]:
    with open_desk(tmp_path) as desk:
        yield desk


def waiting(desk: RenewalDesk) -> list[Reenrolment]:
    with desk.database.session() as session:
        return list(reenrolment.list_waiting(session))


def approve(desk: RenewalDesk) -> str:
    (request,) = waiting(desk)
    with desk.database.transaction() as session:
        return reenrolment.approve(session, desk.club.actor, desk.authority, GATEWAY, key_hash=request.key_hash).serial


def test_the_holder_of_the_key_gets_a_certificate_for_a_new_one(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    serial = desk.renew(desk.signed(csr_of(new_key())))
    newest, first = desk.history()
    assert (newest.serial, first.serial) == (serial, desk.serial)
    assert newest.not_after - desk.now == timedelta(days=90)
    assert desk.revoked() == {}


def test_a_repeat_with_the_same_key_gets_the_same_certificate(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    csr = csr_of(new_key())
    assert desk.renew(desk.signed(csr)) == desk.renew(desk.signed(csr))
    assert len(desk.history()) == 2


def test_the_old_certificate_is_revoked_when_the_new_one_is_in_use_and_not_before(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    serial = desk.renew(desk.signed(csr_of(new_key())))
    assert serial is not None
    desk.connect(desk.serial)
    assert desk.revoked() == {}
    desk.connect(serial)
    assert set(desk.revoked()) == {desk.serial}
    with desk.database.session() as session:
        assert desk.gateway(session).certificate_serial == serial
    desk.connect(desk.serial)
    assert set(desk.revoked()) == {desk.serial}, "the revoked one does not come back"


@pytest.mark.parametrize("serial", ["", "00", "not-hex"])
def test_a_gateway_that_names_no_certificate_of_its_own_changes_nothing(desk: RenewalDesk, serial: str) -> None:
    desk.connect(serial)
    assert desk.revoked() == {}


def test_one_who_does_not_hold_the_key_gets_nothing(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    with pytest.raises(UnauthenticatedError, match="not signed"):
        desk.renew(desk.signed(csr_of(new_key()), key=new_key()))


def test_a_signature_is_good_for_one_request_alone(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    signed = desk.signed(csr_of(new_key()))
    with pytest.raises(UnauthenticatedError, match="not signed"):
        desk.renew(signed.model_copy(update={"csr_pem": csr_of(new_key())}))
    with pytest.raises(UnauthenticatedError, match="not signed"):
        desk.renew(signed.model_copy(update={"challenge": desk.challenge()}))
    with pytest.raises(InvalidError, match="base64"):
        desk.renew(signed.model_copy(update={"signature": "?"}))


@pytest.mark.parametrize("challenge", ["", "1.2.3", "x", "1763726400." + "0" * 32 + "." + "0" * 64])
def test_a_challenge_of_somebody_else_is_not_accepted(desk: RenewalDesk, challenge: str) -> None:
    with pytest.raises(UnauthenticatedError):
        desk.renew(desk.signed(csr_of(new_key())).model_copy(update={"challenge": challenge}))


def test_a_challenge_is_good_for_five_minutes(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    csr, challenge = csr_of(new_key()), desk.challenge()
    desk.now += timedelta(minutes=5)
    desk.renew(desk.signed(csr, challenge=challenge))
    desk.now += timedelta(seconds=1)
    with pytest.raises(UnauthenticatedError, match="expired"):
        desk.renew(desk.signed(csr, challenge=challenge))


def test_the_same_key_gets_no_second_certificate(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    with pytest.raises(InvalidError, match="new key"):
        desk.renew(desk.signed(csr_of(desk.key)))


def test_a_certificate_of_another_gateway_or_of_another_authority_is_not_known(
    desk: RenewalDesk, tmp_path: Path
) -> None:
    desk.wait(0.5)
    strangers = create_authority(tmp_path / "other", "Club", "a long passphrase", desk.now)
    foreign = strangers.issue(desk.key.public_key(), gateway_profile(desk.club.site_id, GATEWAY), desk.now)
    other = desk.authority.issue(desk.key.public_key(), gateway_profile(desk.club.site_id, "gwy_2"), desk.now)
    of_no_version = ssl.PEM_cert_to_DER_cert(foreign[: foreign.index("-----END") + 25]).replace(
        b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x42", 1
    )
    for pem in (foreign, other, "garbage", ssl.DER_cert_to_PEM_cert(of_no_version)):
        signed = desk.signed(csr_of(new_key())).model_copy(update={"certificate_pem": pem})
        with pytest.raises(UnauthenticatedError) as refused:
            desk.renew(signed)
        assert refused.value.code == "certificate_unknown"


def test_a_certificate_from_after_the_backup_that_was_restored_still_counts(desk: RenewalDesk) -> None:
    key = new_key()
    pem = desk.authority.issue(key.public_key(), gateway_profile(desk.club.site_id, GATEWAY), desk.now)
    serial = serial_of(pem)
    desk.pems[serial] = pem
    desk.wait(0.5)
    renewed = desk.renew(desk.signed(csr_of(new_key()), key=key, serial=serial))
    assert renewed is not None
    desk.connect(renewed)
    assert set(desk.revoked()) == {desk.serial, serial}
    with desk.database.session() as session:
        assert "certificate.take_in" in set(session.scalars(select(AuditEntry.action)))


def test_a_young_certificate_is_not_renewed(desk: RenewalDesk) -> None:
    desk.wait(0.3)
    with pytest.raises(ConflictError) as refused:
        desk.renew(desk.signed(csr_of(new_key())))
    assert refused.value.code == "renewal_not_due"


def test_another_key_has_to_wait_its_turn(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    desk.renew(desk.signed(csr_of(new_key())))
    with pytest.raises(TooManyRequestsError):
        desk.renew(desk.signed(csr_of(new_key())))
    desk.now += timedelta(minutes=10)
    serial = desk.renew(desk.signed(csr_of(new_key())))
    assert serial is not None
    desk.connect(serial)
    assert len(desk.revoked()) == 2, "the one that was never used goes with the first"


def test_a_gateway_out_of_service_gets_nothing(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    with desk.database.transaction() as session:
        certificates.withdraw_gateway(session, desk.club.actor, GATEWAY, "stolen")
    with pytest.raises(ForbiddenError, match="out of service"):
        desk.renew(desk.signed(csr_of(new_key())))
    with pytest.raises(ConflictError), desk.database.transaction() as session:
        certificates.withdraw_gateway(session, desk.club.actor, GATEWAY, "once more")


def test_a_superseded_certificate_renews_nothing(desk: RenewalDesk) -> None:
    desk.wait(0.5)
    serial = desk.renew(desk.signed(csr_of(new_key())))
    assert serial is not None
    desk.connect(serial)
    with pytest.raises(ForbiddenError, match="revoked"):
        desk.renew(desk.signed(csr_of(new_key())))


def test_an_expired_certificate_waits_for_somebody_s_word(desk: RenewalDesk) -> None:
    desk.wait(1.1)
    csr = csr_of(new_key())
    assert desk.renew(desk.signed(csr)) is None
    assert desk.renew(desk.signed(csr)) is None
    (request,) = waiting(desk)
    assert (request.gateway_id, request.network_address, request.serial) == (GATEWAY, "192.0.2.7", desk.serial)
    serial = approve(desk)
    assert waiting(desk) == []
    assert desk.renew(desk.signed(csr)) == serial
    with desk.database.session() as session:
        actors = {entry.action: entry.actor_id for entry in session.scalars(select(AuditEntry))}
    assert actors["reenrolment.request"] == GATEWAY
    assert actors["reenrolment.approve"] == desk.club.actor.id


def test_a_refusal_holds_for_a_week(desk: RenewalDesk) -> None:
    desk.wait(1.1)
    csr = csr_of(new_key())
    desk.renew(desk.signed(csr))
    (request,) = waiting(desk)
    with desk.database.transaction() as session:
        reenrolment.refuse(session, desk.club.actor, GATEWAY, key_hash=request.key_hash)
    with pytest.raises(ForbiddenError) as refused:
        desk.renew(desk.signed(csr))
    assert refused.value.code == "reenrolment_refused"
    desk.now += timedelta(days=7)
    assert desk.renew(desk.signed(csr)) is None
    assert len(waiting(desk)) == 1


def test_only_the_request_that_was_looked_at_is_decided(desk: RenewalDesk) -> None:
    desk.wait(1.1)
    desk.renew(desk.signed(csr_of(new_key())))
    (looked_at,) = waiting(desk)
    with pytest.raises(TooManyRequestsError):
        desk.renew(desk.signed(csr_of(new_key())))
    desk.now += timedelta(minutes=10)
    desk.renew(desk.signed(csr_of(new_key())))
    assert len(waiting(desk)) == 1, "the newest takes the place of the one before"
    with pytest.raises(ConflictError), desk.database.transaction() as session:
        reenrolment.approve(session, desk.club.actor, desk.authority, GATEWAY, key_hash=looked_at.key_hash)


def test_a_request_that_is_not_repeated_is_forgotten(desk: RenewalDesk) -> None:
    desk.wait(1.1)
    desk.renew(desk.signed(csr_of(new_key())))
    (request,) = waiting(desk)
    desk.now += timedelta(days=7)
    assert waiting(desk) == []
    with pytest.raises(NotFoundError), desk.database.transaction() as session:
        reenrolment.approve(session, desk.club.actor, desk.authority, GATEWAY, key_hash=request.key_hash)


def test_who_comes_back_and_leaves_again_for_too_long_asks_anew(desk: RenewalDesk) -> None:
    desk.wait(1.1)
    key = new_key()
    desk.renew(desk.signed(csr_of(key)))
    serial = approve(desk)
    desk.connect(serial)
    desk.wait(1.1)
    assert desk.renew(desk.signed(csr_of(new_key()), key=key, serial=serial)) is None
    assert len(waiting(desk)) == 1


def test_what_is_revoked_and_expired_need_not_be_named(desk: RenewalDesk) -> None:
    with desk.database.transaction() as session:
        certificates.withdraw_gateway(session, desk.club.actor, GATEWAY, "stolen")
    assert set(desk.revoked()) == {desk.serial}
    desk.wait(1.0)
    assert desk.revoked() == {}
