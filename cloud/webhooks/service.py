"""Subscribe, note what is to be sent in the transaction in which it happens, and keep the log of deliveries."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.kit.sealed_secrets import open_secret, seal_secret
from cloud.listing import page_by_id
from cloud.webhooks import policy
from cloud.webhooks.models import Webhook, WebhookDelivery

WEBHOOKS_MAX: Final = 20
ERROR_CHARACTERS_MAX: Final = 200
LEASE: Final = timedelta(seconds=60)
"""How long whoever took a delivery has for it, before another worker tries."""
WAITING_MAX: Final = 10_000
"""What waits for one webhook; beyond that news is dropped for it, and its log says so by its gap."""
KEPT_FOR: Final = timedelta(days=30)
PRUNED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery that somebody has taken, with all that sending it needs."""

    delivery_id: str
    url: str
    secret: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the status of the answer, or why there was none."""

    status: int | None
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def subscribe(
    session: UnitOfWork, actor: Actor, url: str, kinds: Sequence[str], secret: bytes, *, may_be_private: bool
) -> tuple[Webhook, str]:
    """Add a webhook; also its secret, which is told this once.

    Raises:
        InvalidError: the address cannot be used.
        ConflictError: there are 20 already.
    """
    mistake = policy.address_mistake(url, may_be_private=may_be_private)
    if mistake is not None:
        raise invalid_field("url", "webhook_address_wrong", mistake)
    if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= WEBHOOKS_MAX:
        raise ConflictError("too_many", f"There are {WEBHOOKS_MAX} webhooks already.")
    webhook_id, own = new_id("whk"), secrets.token_bytes(policy.SECRET_BYTES)
    webhook = Webhook(
        id=webhook_id,
        url=url,
        kinds=sorted(set(kinds)),
        sealed_secret=seal_secret(secret, own, _context(webhook_id)),
        is_active=True,
        created_at=session.now,
    )
    session.add(webhook)
    session.flush()
    after = {"url": policy.told_address(url), "kinds": webhook.kinds}
    audit.record(session, actor, "webhook.create", entity=("webhook", webhook_id), after=after)
    return webhook, policy.written_secret(own)


def set_active(session: UnitOfWork, actor: Actor, webhook_id: str, *, is_active: bool) -> Webhook:
    """Begin or stop to tell a webhook; what waits for it is kept."""
    webhook = get(session, webhook_id)
    if webhook.is_active != is_active:
        webhook.is_active = is_active
        after = {"is_active": is_active}
        audit.record(session, actor, "webhook.change", entity=("webhook", webhook_id), after=after)
    return webhook


def remove(session: UnitOfWork, actor: Actor, webhook_id: str) -> None:
    """Forget a webhook and its log."""
    webhook = get(session, webhook_id)
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
    session.delete(webhook)
    audit.record(
        session,
        actor,
        "webhook.delete",
        entity=("webhook", webhook_id),
        before={"url": policy.told_address(webhook.url)},
    )


def get(session: UnitOfWork, webhook_id: str) -> Webhook:
    """A webhook.

    Raises:
        NotFoundError: there is none with this id.
    """
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        raise not_found("webhook", webhook_id)
    return webhook


def list_all(session: UnitOfWork) -> Sequence[Webhook]:
    """Every webhook, the oldest first: 20 at most."""
    return session.scalars(select(Webhook).order_by(Webhook.id)).all()


def find_deliveries(session: UnitOfWork, webhook_id: str, *, after: str | None, limit: int) -> Page[WebhookDelivery]:
    """What was sent or waits, the newest first."""
    get(session, webhook_id)
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    return page_by_id(session, query, WebhookDelivery.id, after=after, limit=limit)


def send_again(session: UnitOfWork, actor: Actor, delivery_id: str) -> WebhookDelivery:
    """Let a delivery be tried at once, from the beginning, under its own id."""
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None:
        raise not_found("webhook_delivery", delivery_id)
    delivery.state, delivery.attempt_count, delivery.ended_at = "waiting", 0, None
    delivery.next_attempt_at = session.now
    audit.record(
        session, actor, "webhook.send_again", entity=("webhook", delivery.webhook_id), after={"id": delivery_id}
    )
    return delivery


def send_test(session: UnitOfWork, actor: Actor, webhook_id: str) -> WebhookDelivery:
    """Send a message of the kind `test`, whatever the webhook wants to be told.

    Raises:
        NotFoundError: there is no such webhook.
        ConflictError: it is switched off, or 10,000 messages wait for it.
    """
    if not get(session, webhook_id).is_active:
        raise ConflictError("webhook_off", "The webhook is switched off.")
    if _count_waiting(session, webhook_id) >= WAITING_MAX:
        raise ConflictError("too_many", f"{WAITING_MAX} messages wait for it already.")
    delivery = _post_one(session, webhook_id, policy.TEST_KIND, {"webhook_id": webhook_id})
    session.flush()
    audit.record(session, actor, "webhook.test", entity=("webhook", webhook_id), after={"id": delivery.id})
    return delivery


def post(session: UnitOfWork, news: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Note messages for whoever wants them, in the transaction in which they happened."""
    for webhook in session.scalars(select(Webhook).where(Webhook.is_active)):
        wanted = [(kind, data) for kind, data in news if kind in webhook.kinds]
        if not wanted or _count_waiting(session, webhook.id) >= WAITING_MAX:
            continue
        for kind, data in wanted:
            _post_one(session, webhook.id, kind, data)


def take_due(session: UnitOfWork, secret: bytes, *, limit: int) -> list[Parcel]:
    """Take deliveries whose time has come; nobody else gets them for a minute."""
    query = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.state == "waiting", WebhookDelivery.next_attempt_at <= session.now, Webhook.is_active)
        .order_by(WebhookDelivery.next_attempt_at, WebhookDelivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=WebhookDelivery)
    )
    parcels = []
    for delivery, webhook in session.execute(query):
        delivery.next_attempt_at = session.now + LEASE
        delivery.attempt_count += 1
        own = open_secret(secret, webhook.sealed_secret, _context(webhook.id))
        parcels.append(Parcel(delivery.id, webhook.url, own, delivery.body.encode()))
    return parcels


def record_outcome(session: UnitOfWork, delivery_id: str, outcome: Outcome) -> None:
    """Note what came of an attempt; 410 says that nobody wants to be told any more, and stops the webhook."""
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None:
        return
    delivery.last_status, delivery.last_error = outcome.status, outcome.error[:ERROR_CHARACTERS_MAX]
    wait = policy.retry_after(delivery.attempt_count)
    if outcome.is_taken:
        delivery.state, delivery.ended_at = "delivered", session.now
    elif outcome.status == 410 or wait is None:
        delivery.state, delivery.ended_at = "given_up", session.now
        if outcome.status == 410:
            get(session, delivery.webhook_id).is_active = False
    else:
        delivery.next_attempt_at = session.now + wait


def next_due_at(session: UnitOfWork) -> datetime | None:
    """When the next delivery has to be tried."""
    waiting = WebhookDelivery.state == "waiting"
    query = select(func.min(WebhookDelivery.next_attempt_at)).join(Webhook).where(waiting, Webhook.is_active)
    return session.scalar(query)


def prune(session: UnitOfWork) -> int:
    """Forget some deliveries that ended a month ago; how many."""
    old = WebhookDelivery.ended_at < session.now - KEPT_FOR
    ids = session.scalars(select(WebhookDelivery.id).where(old).limit(PRUNED_AT_ONCE)).all()
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(ids)))
    return len(ids)


def _post_one(session: UnitOfWork, webhook_id: str, kind: str, data: dict[str, Any]) -> WebhookDelivery:
    delivery = WebhookDelivery(
        id=new_id("whd"),
        webhook_id=webhook_id,
        kind=kind,
        body=json.dumps({"type": kind, "timestamp": session.now.isoformat(), "data": data}),
        state="waiting",
        attempt_count=0,
        next_attempt_at=session.now,
        last_error="",
        created_at=session.now,
    )
    session.add(delivery)
    session.wake_after_commit("webhooks")
    return delivery


def _count_waiting(session: UnitOfWork, webhook_id: str) -> int:
    waiting = (WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == "waiting")
    some = select(WebhookDelivery.id).where(*waiting).limit(WAITING_MAX).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _context(webhook_id: str) -> str:
    return f"webhook/{webhook_id}/secret"
