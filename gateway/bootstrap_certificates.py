"""Puts together what keeps the gateway's certificate: keys, pairs, their trial on the link, the renewal."""

import logging
import os
import random
from dataclasses import dataclass
from pathlib import Path

from gateway.adapters.certificate_desk_https import HttpsCertificateDesk
from gateway.adapters.cloud_link_mqtt import CloudLinkMqtt
from gateway.adapters.signing_key_desk_https import HttpsSigningKeyDesk
from gateway.certificate_pairs import PairsOnDisk
from gateway.certificate_trial import PairTrial
from gateway.certificate_voice import CertificateVoice
from gateway.cloud_https import CloudServer, CloudUnreachableError, server_at
from gateway.identity import KEY_FILE, Identity, identity_folder
from gateway.identity_keys import IdentityKeys
from gateway.key_provider import KeyUnusableError, file_keys
from gateway.service.certificate_renewal import FIRST_DELAY_S, CertificateRenewal, RenewalPorts
from gateway.service.ports import Clock, CloudLink, SettableClock
from gateway.service.signing_keys import SigningKeyKeeping

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CertificateParts:
    """What the link shows, before there is a link."""

    identity: Identity
    pairs: PairsOnDisk
    trial: PairTrial

    def voice(self, clock: Clock) -> CertificateVoice:
        """What signs for the link."""
        return CertificateVoice(lambda: self.pairs.speaker(self.trial.serial()), clock.wall_ms)

    def renewal(
        self, link: CloudLink, clock: SettableClock, *, first_delay_s: float = FIRST_DELAY_S
    ) -> CertificateRenewal:
        """The renewal, once there is a link."""
        renewal = CertificateRenewal(
            RenewalPorts(self.pairs, self.trial, self._desk(), link, clock, random=random.random),
            first_delay_s=first_delay_s,
        )
        self.trial.on_news = renewal.look_now
        return renewal

    def signing_keys(self, link: CloudLinkMqtt, clock: Clock, state_dir: Path) -> SigningKeyKeeping:
        """What keeps the keys that the link believes."""
        server = self._server()
        desk = None if server is None else HttpsSigningKeyDesk(server, self.identity.gateway_id, self.pairs)
        kept = IdentityKeys(state_dir, self.identity)
        keeping = SigningKeyKeeping(kept, desk, clock, believe=link.believe, random=random.random)
        link.on_unknown_key = keeping.note_unknown_key
        return keeping

    def _desk(self) -> HttpsCertificateDesk | None:
        server = self._server()
        return None if server is None else HttpsCertificateDesk(server, self.identity.gateway_id, self.pairs)

    def _server(self) -> CloudServer | None:
        try:
            return server_at(self.identity.cloud_url)
        except CloudUnreachableError:
            return None


def open_certificates(state_dir: Path, identity: Identity) -> CertificateParts:
    """Open the keys, seal them if there is a passphrase now, and finish a renewal that was interrupted.

    Raises:
        KeyUnusableError: the passphrase is there and cannot be read.
    """
    folder, keys = identity_folder(state_dir), file_keys(os.environ)
    try:
        if keys.seal(folder / KEY_FILE):
            logger.info("the gateway's key is sealed with the passphrase")
    except (KeyUnusableError, OSError) as error:
        logger.warning("the gateway's key: %s", error)
    pairs = PairsOnDisk(folder, keys)
    return CertificateParts(identity, pairs, PairTrial(pairs))
