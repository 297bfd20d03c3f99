"""A gateway that missed a change of the site's key gets the keys of now by its certificate, and nobody else does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from cloud.enrolment import certificates, key_desk
from cloud.enrolment.key_desk import Question
from cloud.errors import ForbiddenError, UnauthenticatedError
from cloud.sites import signing_keys
from sync_protocol.messages import SigningKeys
from sync_protocol.renewal_proof import signing_keys_statement
from tests.club import SECRET
from tests.unit.cloud.enrolment.renewal_desk import GATEWAY, RenewalDesk, csr_of, new_key, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RenewalDesk]:
    with open_desk(tmp_path) as desk:
        yield desk


def question(
    desk: RenewalDesk, *, key: ec.EllipticCurvePrivateKey | None = None, gateway_id: str = GATEWAY, about: str = GATEWAY
) -> Question:
    challenge = desk.challenge()
    statement = signing_keys_statement(gateway_id=about, serial=desk.serial, challenge=challenge)
    signature = (key or desk.key).sign(statement, ec.ECDSA(hashes.SHA256()))
    return Question(gateway_id, desk.pems[desk.serial], challenge, signature)


def tell(desk: RenewalDesk, asked: Question) -> SigningKeys:
    with desk.database.session() as session:
        return key_desk.tell(session, desk.authority, asked, secret=SECRET)


def test_a_gateway_that_was_away_through_the_whole_overlap_learns_the_new_key(desk: RenewalDesk) -> None:
    before = tell(desk, question(desk))
    with desk.database.transaction() as session:
        rotation = signing_keys.rotate(session, desk.club.actor, desk.club.site_id, SECRET, timedelta(days=30))
    desk.now += timedelta(days=31)
    with desk.database.transaction() as session:
        signing_keys.take_over_due(session)
    after = tell(desk, question(desk))
    assert (len(before.keys), len(after.keys), after.serial) == (1, 1, 3)
    assert set(signing_keys.in_hex(after)) == {rotation.key_id}


def test_it_must_hold_the_key_of_its_certificate_and_speak_for_itself(desk: RenewalDesk) -> None:
    for asked in (
        question(desk, key=new_key()),
        question(desk, about="gwy_2"),
        question(desk, gateway_id="gwy_2", about="gwy_2"),
        Question(GATEWAY, "no certificate", desk.challenge(), b""),
        Question(GATEWAY, desk.pems[desk.serial], "123.abc.def", b""),
    ):
        with pytest.raises(UnauthenticatedError):
            tell(desk, asked)


def test_a_request_for_a_renewal_is_no_question_for_keys(desk: RenewalDesk) -> None:
    renewal = desk.signed(csr_of(new_key())).to_request()
    with pytest.raises(UnauthenticatedError):
        tell(desk, Question(GATEWAY, renewal.certificate_pem, renewal.challenge, renewal.signature))


def test_an_old_challenge_counts_no_more(desk: RenewalDesk) -> None:
    asked = question(desk)
    desk.now += timedelta(minutes=6)
    with pytest.raises(UnauthenticatedError, match="expired"):
        tell(desk, asked)


def test_who_has_expired_or_is_revoked_or_withdrawn_learns_nothing(desk: RenewalDesk) -> None:
    desk.wait(1.01)
    with pytest.raises(ForbiddenError, match="expired"):
        tell(desk, question(desk))
    desk.wait(-1)
    with desk.database.transaction() as session:
        certificates.withdraw_gateway(session, desk.club.actor, GATEWAY, "stolen")
    with pytest.raises(ForbiddenError):
        tell(desk, question(desk))
