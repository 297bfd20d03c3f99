"""Opens what comes up: only what a gateway has signed with the key of one of its certificates is its word.

A certificate's key never changes, so keys are remembered; whether the certificate counts is looked up with each word
(`cloud.enrolment.hearing`), in the transaction of what the word does.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from cloud.database import Database, UnitOfWork
from cloud.enrolment import hearing
from cloud.enrolment.authority import OnlineAuthority
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from sync_protocol.errors import SignatureInvalidError
from sync_protocol.topics import Topic, up_topic
from sync_protocol.up_seal import SealedUp, read_sealed

KEYS_MAX: Final = 16_384
"""So many keys are remembered; beyond that the one that was used longest ago is read again."""
Key = ec.EllipticCurvePublicKey
Work = Callable[[], Key]


class GatewayRetiredError(Exception):
    """The gateway has been replaced by another one at its lane, or taken out of service."""


class CertificateUnknownError(SignatureInvalidError):
    """The certificate is not known and not shown: a forger's, or one from after the backup that was restored."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a gateway has said, and with the key of which certificate (serial in hex) it has signed that."""

    payload: bytes
    serial: str
    number: int
    stream: hearing.Stream


class Voices:
    """Belongs to one link, and to its loop's thread. `authority` reads the one that certificates are issued by.

    Without an authority only certificates that are known count.
    """

    def __init__(self, database: Database, authority: Callable[[], OnlineAuthority] | None = None) -> None:
        self._database = database
        self._authority = None if authority is None else cache(authority)
        self._keys: OrderedDict[tuple[str, str], Key] = OrderedDict()

    async def open(self, topic: Topic, data: bytes, run: Callable[[Work], Awaitable[Key]]) -> Word:
        """The word inside; `run` runs work on the database, the first time that a certificate is met.

        Raises:
            MalformedMessageError: it is not signed at all.
            CertificateUnknownError: whether its gateway has signed it is not known before its next Hello.
            SignatureInvalidError: no certificate of this gateway's has signed it.
            AuthorityUnusableError: the certificate is not known, and nobody can say now whether it is genuine.
        """
        sealed = read_sealed(up_topic(topic.site_id, topic.gateway_id, topic.kind), data)
        place = (topic.gateway_id, sealed.serial)
        key = self._keys.get(place)
        if key is None:
            key = await run(lambda: self._find_key(topic, sealed))
        payload = sealed.open(key)
        self._keys[place] = key
        self._keys.move_to_end(place)
        if len(self._keys) > KEYS_MAX:
            self._keys.popitem(last=False)
        return Word(payload, sealed.serial, sealed.number, "events" if topic.kind == "events" else "rest")

    def _find_key(self, topic: Topic, sealed: SealedUp) -> Key:
        with self._database.session() as session:
            known = hearing.find_key(session, topic.gateway_id, sealed.serial)
        if known is not None:
            return known
        if self._authority is None or topic.kind != "hello" or not sealed.certificate:
            raise CertificateUnknownError("signed with a certificate that is not known here")
        leaf = hearing.vouched_certificate(self._authority, topic.gateway_id, sealed)
        with self._database.transaction() as session:
            return hearing.take_in(session, topic.gateway_id, leaf)


def hear(session: UnitOfWork, gateway_id: str, word: Word) -> Gateway:
    """The gateway whose word this is, if it counts; locked, as whoever changes its certificates locks it first.

    Raises:
        GatewayRetiredError: nothing is taken from this gateway any more.
        NotInForceError, HeardBeforeError: as `cloud.enrolment.hearing.hear`.
    """
    gateway = sites.lock_gateway(session, gateway_id)
    assert gateway is not None, "the link has looked the gateway up"
    if gateway.retired_at is not None:
        raise GatewayRetiredError("this gateway was replaced or taken out of service; enrol it with a new token")
    hearing.hear(session, gateway_id, word.serial, word.number, stream=word.stream)
    return gateway
