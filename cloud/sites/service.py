"""Sites, lanes and gateways: what they are, and what a gateway last said of itself."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import LaneAdded, MemberRulesChanged, SiteAdded, SiteChanged
from cloud.errors import not_found
from cloud.kit.ids import new_id
from cloud.kit.sealed_secrets import open_secret, seal_secret
from cloud.sites import repository
from cloud.sites.models import Gateway, Lane, Site
from cloud.sites.policy import SiteRules, check_name, check_rules
from sync_protocol.credential_hash import KEY_BYTES
from sync_protocol.signing import SiteSigner

CONNECTED_WITHIN: Final = timedelta(seconds=40)
"""A gateway beats every 15 s; after two beats missed it counts as not connected."""
_RULES_OF_MEMBERS: Final = frozenset(
    {"booking_minutes_before", "booking_minutes_after", "certificate_required", "certificate_warn_days"}
)
"""Rules that are no row of their own: they are in the rows of every member."""


@dataclass(frozen=True, slots=True)
class GatewayReport:
    """What a gateway says of itself in Hello and Heartbeat; None leaves what is known."""

    boot_id: str
    clock: str
    outbox: tuple[int, int]
    software_version: str | None = None
    readers: tuple[dict[str, Any], ...] | None = None
    run_id: str | None = None


def create_site(session: UnitOfWork, actor: Actor, rules: SiteRules, secret: bytes) -> Site:
    """Add a site with fresh keys; `secret` seals its signing key.

    Raises:
        InvalidError: a rule is not usable.
    """
    check_rules(rules)
    site_id = new_id("sit")
    signing_key = Ed25519PrivateKey.generate().private_bytes_raw()
    site = Site(
        **(asdict(rules) | {"name": rules.name.strip()}),
        id=site_id,
        signing_key_sealed=seal_secret(secret, signing_key, signing_context(site_id)),
        signing_keys_serial=1,
        credential_key=secrets.token_bytes(KEY_BYTES),
        created_at=session.now,
    )
    session.add(site)
    session.flush()
    audit.record(session, actor, "site.create", entity=("site", site_id), after=asdict(rules))
    session.publish(SiteAdded(site_id))
    return site


def change_rules(session: UnitOfWork, actor: Actor, site_id: str, changes: Mapping[str, Any]) -> Site:
    """Change some of `SiteRules`' attributes, but not the time zone and the facility code.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: a rule is not usable.
    """
    assert not changes.keys() & {"time_zone", "facility_code"}, "dates and cards of all members follow from these"
    site = lock_site(session, site_id)
    known = rules_of(site)
    check_rules(replace(known, **changes))
    after = {name: value for name, value in changes.items() if value != getattr(known, name)}
    if not after:
        return site
    for name, value in after.items():
        setattr(site, name, value)
    session.flush()
    before = {name: getattr(known, name) for name in after}
    audit.record(session, actor, "site.change", entity=("site", site_id), before=before, after=after)
    session.publish(SiteChanged(site_id))
    if after.keys() & _RULES_OF_MEMBERS:
        session.publish(MemberRulesChanged(site_id))
    return site


def rules_of(site: Site) -> SiteRules:
    """The rules in force at a site."""
    return SiteRules(**{each.name: getattr(site, each.name) for each in fields(SiteRules)})


def lock_site(session: UnitOfWork, site_id: str) -> Site:
    """The site, kept from others who would change its rules until the transaction ends.

    Raises:
        NotFoundError: there is no such site.
    """
    lock = {"key_share": True}  # who adds a member, a lane or an event of the site need not wait
    site = session.get(Site, site_id, with_for_update=lock, populate_existing=True)
    if site is None:
        raise not_found("site", site_id)
    return site


def create_lane(session: UnitOfWork, actor: Actor, site_id: str, name: str) -> Lane:
    """Add a lane to a site.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the name is empty or longer than 120 characters.
    """
    get_site(session, site_id)
    check_name(name)
    lane = Lane(id=new_id("lan"), site_id=site_id, name=name.strip(), created_at=session.now)
    session.add(lane)
    session.flush()
    audit.record(session, actor, "lane.create", entity=("lane", lane.id), after={"site_id": site_id, "name": lane.name})
    session.publish(LaneAdded(lane.id, site_id))
    return lane


def lock_gateway(session: UnitOfWork, gateway_id: str) -> Gateway | None:
    """The gateway, retired or not, kept from others who would change what it holds until the transaction ends."""
    return session.get(Gateway, gateway_id, with_for_update={"key_share": True}, populate_existing=True)


def lock_gateway_of_lane(session: UnitOfWork, lane_id: str) -> Gateway | None:
    """The gateway at work at a lane, locked; nobody else puts one in charge of the lane until the transaction ends."""
    session.get(Lane, lane_id, with_for_update={"key_share": True}, populate_existing=True)
    gateway = repository.find_gateway_of_lane(session, lane_id)
    return None if gateway is None else lock_gateway(session, gateway.id)


def add_gateway(session: UnitOfWork, lane: Lane, gateway_id: str, certificate_serial: str) -> Gateway:
    """Put a gateway in charge of a lane; the one before is retired."""
    previous = lock_gateway_of_lane(session, lane.id)
    if previous is not None:
        retire_gateway(session, previous)
    gateway = Gateway(
        id=gateway_id,
        site_id=lane.site_id,
        lane_id=lane.id,
        name=lane.name,
        certificate_serial=certificate_serial,
        enrolled_at=session.now,
        applied_revision=0,
        readers=[],
    )
    session.add(gateway)
    session.flush()
    session.wake_after_commit("gateways")
    session.publish(SiteChanged(lane.site_id))
    return gateway


def retire_gateway(session: UnitOfWork, gateway: Gateway) -> None:
    """Take nothing from a gateway any more, tell it nothing, and let its siblings no longer believe it."""
    gateway.retired_at = session.now
    session.wake_after_commit("gateways")
    session.publish(SiteChanged(gateway.site_id))


def record_report(session: UnitOfWork, gateway: Gateway, report: GatewayReport) -> None:
    """Note what a gateway said of itself, now."""
    gateway.last_seen_at = session.now
    gateway.boot_id = report.boot_id
    gateway.clock = report.clock
    gateway.outbox_first_seq, gateway.outbox_next_seq = report.outbox
    if report.software_version is not None:
        gateway.software_version = report.software_version
    if report.run_id is not None:
        gateway.run_id = report.run_id
    if report.readers is not None:
        gateway.readers = list(report.readers)
    session.wake_after_commit("gateways")


def record_applied(
    session: UnitOfWork, gateway: Gateway, revision: int, digest_root: bytes, applied_at: datetime
) -> None:
    """Note the revision that a gateway says is in force there."""
    gateway.last_seen_at = session.now
    gateway.digest_root = digest_root
    if gateway.applied_revision != revision or gateway.applied_at is None:
        gateway.applied_revision = revision
        gateway.applied_at = applied_at
    session.wake_after_commit("gateways")


def is_connected(gateway: Gateway, now: datetime) -> bool:
    """Whether the gateway was heard within the last 40 s."""
    return gateway.last_seen_at is not None and now - gateway.last_seen_at < CONNECTED_WITHIN


def get_site(session: UnitOfWork, site_id: str) -> Site:
    """Raises NotFoundError."""
    site = session.once(("site", site_id), lambda: session.get(Site, site_id))
    if site is None:
        raise not_found("site", site_id)
    return site


def get_lane(session: UnitOfWork, lane_id: str) -> Lane:
    """Raises NotFoundError."""
    lane = session.get(Lane, lane_id)
    if lane is None:
        raise not_found("lane", lane_id)
    return lane


def find_gateway(session: UnitOfWork, gateway_id: str) -> Gateway | None:
    """The gateway, retired or not, or None."""
    return session.get(Gateway, gateway_id)


def list_sites(session: UnitOfWork) -> Sequence[Site]:
    """All sites by name."""
    return session.once("sites", lambda: repository.list_sites(session))


def zone_of_days(session: UnitOfWork) -> ZoneInfo:
    """By whose clock a day begins where no site is meant: the first one's."""
    every_site = list_sites(session)
    return ZoneInfo(every_site[0].time_zone if every_site else "UTC")


def list_lanes(session: UnitOfWork, site_id: str | None = None) -> Sequence[Lane]:
    """The lanes of a site, or of all, by name."""
    return session.once(("lanes", site_id), lambda: repository.list_lanes(session, site_id))


def list_gateways(session: UnitOfWork, site_id: str | None = None) -> Sequence[Gateway]:
    """The gateways at work at a site, or at all, by name; retired ones are left out."""
    return repository.list_gateways(session, site_id)


def find_gateway_of_lane(session: UnitOfWork, lane_id: str) -> Gateway | None:
    """The gateway at work at a lane."""
    return repository.find_gateway_of_lane(session, lane_id)


def site_signer(site: Site, secret: bytes) -> SiteSigner:
    """What signs messages to the site's gateways.

    Raises:
        UnsealError: `secret` is not the one that sealed the key.
    """
    return SiteSigner(open_secret(secret, site.signing_key_sealed, signing_context(site.id)))


def check_secret(session: UnitOfWork, secret: bytes) -> None:
    """Find out now, and not when a gateway waits for a signature, whether the secret is the one of this database.

    Raises:
        UnsealError: `secret` is not the one that sealed the sites' keys.
    """
    for site in list_sites(session):
        site_signer(site, secret)


def signing_context(site_id: str) -> str:
    """The place that the site's signing keys are sealed for."""
    return f"site/{site_id}/signing_key"
