"""The keys that sign what goes down to a site's gateways, and how a new one takes the place of the old.

A new key is announced in words that the old one has signed; for the time of the overlap the gateways believe both, and
the old one goes on signing. Then the new one takes over, and the old one is forgotten, here and at the gateways. Each
of the two steps has the next serial, so that nobody can repeat the words of an earlier one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field
from cloud.kit.sealed_secrets import open_secret, seal_secret
from cloud.sites import service
from cloud.sites.models import Site
from sync_protocol.messages import SigningKeys
from sync_protocol.signing import SiteSigner, key_id_of

OVERLAP_MAX: Final = timedelta(days=90)
_TIMER: Final = Actor("system", "signing-keys")


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation that has begun: from `takes_over_at` on the new key alone signs."""

    site_id: str
    key_id: str
    takes_over_at: datetime


def rotate(session: UnitOfWork, actor: Actor, site_id: str, secret: bytes, overlap: timedelta) -> Rotation:
    """Give a site a new signing key. Without an overlap the old one is worth nothing at once, as after a theft.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the overlap is negative or longer than 90 days.
        ConflictError: a rotation is under way.
    """
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        raise invalid_field("overlap", "overlap_out_of_range", f"The overlap is from 0 to {OVERLAP_MAX.days} days.")
    site = service.lock_site(session, site_id)
    _take_over(session, site)
    if site.next_signing_key_at is not None and overlap:
        raise ConflictError(
            "rotation_under_way", f"The newest key takes over at {site.next_signing_key_at:%Y-%m-%d %H:%M} UTC."
        )
    key = Ed25519PrivateKey.generate()
    key_id = key_id_of(key.public_key().public_bytes_raw())
    site.next_signing_key_sealed = seal_secret(secret, key.private_bytes_raw(), service.signing_context(site_id))
    site.next_signing_key_at = session.now + overlap
    site.signing_keys_serial += 1
    before = {"key_id": service.site_signer(site, secret).key_id}
    after = {"key_id": key_id, "takes_over_at": site.next_signing_key_at.isoformat()}
    audit.record(session, actor, "site.rotate_signing_key", entity=("site", site_id), before=before, after=after)
    rotation = Rotation(site_id, key_id, site.next_signing_key_at)
    _take_over(session, site)
    session.flush()
    session.wake_after_commit("site_keys")
    return rotation


def take_over_due(session: UnitOfWork) -> None:
    """Let the keys sign whose time has come."""
    due = session.scalars(select(Site.id).where(Site.next_signing_key_at <= session.now).order_by(Site.id)).all()
    for site_id in due:
        _take_over(session, service.lock_site(session, site_id))


def serials(session: UnitOfWork) -> dict[str, tuple[int, datetime | None]]:
    """Of every site the serial of its keys, and when the next one takes over."""
    query = select(Site.id, Site.signing_keys_serial, Site.next_signing_key_at)
    return {site_id: (serial, at) for site_id, serial, at in session.execute(query)}


def announcement(site: Site, secret: bytes) -> SigningKeys:
    """The public keys that a gateway is to believe now, the one that signs first.

    Raises:
        UnsealError: `secret` is not the one that sealed the keys.
    """
    context = service.signing_context(site.id)
    keys = [service.site_signer(site, secret).public_key]
    if site.next_signing_key_sealed is not None:
        keys.append(SiteSigner(open_secret(secret, site.next_signing_key_sealed, context)).public_key)
    return SigningKeys(site.signing_keys_serial, tuple(keys))


def in_hex(announced: SigningKeys) -> Mapping[str, str]:
    """The keys as HTTP and files have them: key id to raw key in hex."""
    return {key_id_of(key): key.hex() for key in announced.keys}


def _take_over(session: UnitOfWork, site: Site) -> None:
    if site.next_signing_key_at is None or site.next_signing_key_at > session.now:
        return
    assert site.next_signing_key_sealed is not None, "the two are set together"
    site.signing_key_sealed = site.next_signing_key_sealed
    site.next_signing_key_sealed = site.next_signing_key_at = None
    site.signing_keys_serial += 1
    audit.record(
        session,
        _TIMER,
        "site.signing_key_taken_over",
        entity=("site", site.id),
        after={"serial": site.signing_keys_serial},
    )
    session.wake_after_commit("site_keys")
