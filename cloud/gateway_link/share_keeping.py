"""Keeps a process's share of the sites: renews its lease, and follows who comes and goes with its subscriptions."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from cloud.database import DATABASE_FAULTS, Database
from cloud.gateway_link.gateway_session import Workshop
from cloud.gateway_link.ingester import Ingester
from cloud.gateway_link.lease import RENEWED_EVERY_S, give_up, renew
from cloud.gateway_link.share import Duty, Share, topic_filters
from cloud.gateway_link.threads import in_link_thread
from cloud.sites.models import Site

_logger = logging.getLogger(__name__)


class Subscriber(Protocol):
    """A connection whose subscriptions can be changed."""

    async def subscribe(self, topic_filters: Sequence[str]) -> None: ...

    async def unsubscribe(self, topic_filters: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Membership:
    """Under which name a process shares the link, and what it does there."""

    name: str
    duties: frozenset[Duty]


async def keep_share(
    workshop: Workshop,
    ingester: Ingester,
    client: Subscriber,
    membership: Membership,
    on_listening: Callable[[], None],
) -> None:
    """Keep the share until cancelled; then the others have it at once. Says when it listens to its share.

    Without the database the share stays as it is: nobody else can learn of a new one then.

    Raises:
        LinkError: the link is lost.
    """
    known: _View | None = None
    subscribed: frozenset[str] = frozenset()
    try:
        while True:
            try:
                found = await in_link_thread(lambda: _renew(workshop.database, membership))
            except DATABASE_FAULTS as error:
                _logger.warning("the share of the sites is not renewed: %s", error)
            else:
                if found != known:
                    subscribed = await _follow(found, ingester, client, subscribed)
                    _tell(known, found)
                    if known is None:
                        on_listening()
                    known = found
            await asyncio.sleep(RENEWED_EVERY_S)
    finally:
        with contextlib.suppress(*DATABASE_FAULTS):
            await in_link_thread(lambda: _give_up(workshop.database, membership.name))


@dataclass(frozen=True, slots=True)
class _View:
    share: Share
    site_ids: frozenset[str]


def _renew(database: Database, membership: Membership) -> _View:
    with database.transaction() as session:
        share = renew(session, membership.name, membership.duties)
        return _View(share, frozenset(session.scalars(select(Site.id))))


def _give_up(database: Database, name: str) -> None:
    with database.transaction() as session:
        give_up(session, name)


async def _follow(view: _View, ingester: Ingester, client: Subscriber, subscribed: frozenset[str]) -> frozenset[str]:
    """Listen to what is ours from now on, before anything is said to those gateways: their answers shall be heard."""
    wanted = topic_filters(view.share, view.site_ids)
    before = ingester.change_share(view.share)
    await client.subscribe(sorted(wanted - subscribed))
    await client.unsubscribe(sorted(subscribed - wanted))
    await ingester.resume(before)
    return wanted


def _tell(before: _View | None, view: _View) -> None:
    if before is None or before.share != view.share:
        names = sorted(peer.name for peer in view.share.peers)
        _logger.info("the link to the gateways is shared among %s", ", ".join(names))
