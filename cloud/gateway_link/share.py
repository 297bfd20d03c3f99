"""Which sites are whose: every process computes the same answer from the same list of processes that are alive.

Highest random weight (Thaler and Ravishankar, 1998): a site belongs to the process whose name, hashed with the site's,
gives the highest number. Who comes or goes moves only the sites that it gets or had. Nothing is safer by it, only
cheaper: two who take a site for theirs for a moment do no harm, because each message is one transaction.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from sync_protocol.messages import UP_MESSAGES
from sync_protocol.topics import cloud_filter

Duty = Literal["ingest", "publish"]
DUTIES: Final[frozenset[Duty]] = frozenset(("ingest", "publish"))
"""Ingesting: journals are taken over. Publishing: everything else, of which most is bringing gateways up to date."""
_EVENTS: Final = "events"


@dataclass(frozen=True, slots=True)
class Peer:
    """A process that is alive."""

    name: str
    duties: frozenset[Duty]


@dataclass(frozen=True, slots=True)
class Share:
    """What falls to the process `name` among `peers`, of which it is one."""

    name: str
    peers: frozenset[Peer]

    def has(self, duty: Duty, site_id: str) -> bool:
        """Whether this process does this for a site."""
        able = [peer.name for peer in self.peers if duty in peer.duties]
        return bool(able) and max(able, key=lambda name: _weight(name, site_id)) == self.name

    def has_any(self, site_id: str) -> bool:
        """Whether this process does anything for a site."""
        return any(self.has(duty, site_id) for duty in DUTIES)

    def gains(self, site_id: str, before: "Share") -> bool:
        """Whether this process does more for a site than it did with the share `before`."""
        return any(self.has(duty, site_id) and not before.has(duty, site_id) for duty in DUTIES)

    def is_whole(self, duty: Duty) -> bool:
        """Whether this process does it for every site, also for those still to come."""
        return {peer.name for peer in self.peers if duty in peer.duties} == {self.name}


ALONE: Final = Share("", frozenset((Peer("", DUTIES),)))
"""The share of a process that has nobody to share with."""
NOBODY: Final = Share("", frozenset())
"""The share of a process that serves no site yet."""


def topic_filters(share: Share, site_ids: Collection[str]) -> frozenset[str]:
    """The subscriptions of a process.

    Kinds of messages that only newer gateways know are heard, and refused, where one process does all for a site.
    """
    ingested, published = (set(_places(share, duty, site_ids)) for duty in ("ingest", "publish"))
    filters = {cloud_filter(site_id) for site_id in ingested & published}
    filters |= {cloud_filter(site_id, _EVENTS) for site_id in ingested - published}
    others = UP_MESSAGES.keys() - {_EVENTS}
    filters |= {cloud_filter(site_id, kind) for site_id in published - ingested for kind in others}
    return frozenset(filters)


def _places(share: Share, duty: Duty, site_ids: Collection[str]) -> Iterator[str | None]:
    if share.is_whole(duty):
        yield None
    else:
        yield from (site_id for site_id in site_ids if share.has(duty, site_id))


def _weight(name: str, site_id: str) -> bytes:
    return sha256(f"{name}/{site_id}".encode()).digest()
