"""A club whose gateway `gwy_1` renews its certificate, with a time that the test moves."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cloud import bus
from cloud.database import Database, UnitOfWork
from cloud.enrolment import certificates, renewal
from cloud.enrolment.authority import gateway_profile
from cloud.enrolment.certificate_schemas import RenewalIn
from cloud.enrolment.models import GatewayCertificate, Reenrolment
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from provisioning.authority import create_authority
from sync_protocol.renewal_proof import renewal_statement
from tests.club import SECRET, Club
from tests.tables import create_tables

GATEWAY = "gwy_1"
LIFE = timedelta(days=90, hours=1)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def csr_of(key: ec.EllipticCurvePrivateKey) -> str:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


class RenewalDesk:
    """`key` and `serial` are of the certificate in use."""

    def __init__(self, folder: Path, database_url: str = "sqlite://") -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.database = Database(database_url, dispatch=bus.dispatch, clock=lambda: self.now)
        create_tables(self.database)
        self.authority = create_authority(folder, "Club", "a long passphrase", self.now)
        self.club = Club.found(self.database)
        self.lane_id = self.club.add_lane()
        self.key = new_key()
        pem = self.authority.issue(self.key.public_key(), gateway_profile(self.club.site_id, GATEWAY), self.now)
        with self.database.transaction() as session:
            sites.add_gateway(session, sites.get_lane(session, self.lane_id), GATEWAY, "")
            self.serial = certificates.keep(session, GATEWAY, pem, issued_at=session.now).serial
        self.pems = {self.serial: pem}

    def wait(self, part_of_life: float) -> None:
        """Let this part of a certificate's life pass."""
        self.now += LIFE * part_of_life

    def challenge(self) -> str:
        return renewal.new_challenge(SECRET, self.now)

    def signed(
        self,
        csr_pem: str,
        *,
        key: ec.EllipticCurvePrivateKey | None = None,
        serial: str | None = None,
        challenge: str | None = None,
    ) -> RenewalIn:
        serial, challenge = serial or self.serial, challenge or self.challenge()
        self.pems |= {each.serial: each.certificate_pem for each in self.history()}
        statement = renewal_statement(gateway_id=GATEWAY, serial=serial, challenge=challenge, csr_pem=csr_pem)
        signature = (key or self.key).sign(statement, ec.ECDSA(hashes.SHA256()))
        return RenewalIn(
            gateway_id=GATEWAY,
            certificate_pem=self.pems[serial],
            challenge=challenge,
            csr_pem=csr_pem,
            signature=base64.b64encode(signature).decode(),
        )

    def renew(self, request: RenewalIn) -> str | None:
        """The new certificate's serial, or None when staff have to decide."""
        with self.database.transaction() as session:
            outcome = renewal.renew(
                session, self.authority, request.to_request(), secret=SECRET, network_address="192.0.2.7"
            )
            return None if isinstance(outcome, Reenrolment) else outcome.serial

    def connect(self, serial: str) -> None:
        """The gateway says Hello with this certificate."""
        with self.database.transaction() as session:
            certificates.note_in_use(session, self.gateway(session), serial)

    def gateway(self, session: UnitOfWork) -> Gateway:
        gateway = sites.find_gateway(session, GATEWAY)
        assert gateway is not None
        return gateway

    def history(self) -> list[GatewayCertificate]:
        with self.database.session() as session:
            return list(certificates.list_of(session, GATEWAY))

    def revoked(self) -> dict[str, datetime]:
        with self.database.session() as session:
            return certificates.revoked_serials(session)


@contextmanager
def open_desk(folder: Path) -> Iterator[RenewalDesk]:
    desk = RenewalDesk(folder)
    yield desk
    desk.database.close()
