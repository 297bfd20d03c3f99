"""Webhooks over HTTP."""

from fastapi import APIRouter, Response

from cloud.api import LIMIT_DEFAULT, After, AppSettings, Limit, ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.staff.api import require
from cloud.staff.service import SignedIn
from cloud.webhooks import service
from cloud.webhooks.schemas import DeliveryOut, WebhookChange, WebhookIn, WebhookMade, WebhookOut

router = APIRouter(tags=["webhooks"])


@router.get("/webhooks", dependencies=[require("api_keys.write")], responses=problems(401, 403))
def list_webhooks(session: ReadSession) -> Page[WebhookOut]:
    """All webhooks, the oldest first: 20 at most."""
    return Page(items=[WebhookOut.model_validate(each) for each in service.list_all(session)], next=None)


@router.post("/webhooks", status_code=201, responses=problems(401, 403, 409, 422))
def create_webhook(
    body: WebhookIn, session: Transaction, settings: AppSettings, staff: SignedIn = require("api_keys.write")
) -> WebhookMade:
    """Tell an address of news from now on. The answer holds the secret, this once."""
    webhook, secret = service.subscribe(
        session,
        staff.actor,
        body.url,
        body.kinds,
        settings.secret,
        may_be_private=settings.webhooks_may_be_private,
    )
    return WebhookMade(**WebhookOut.model_validate(webhook).model_dump(), secret=secret)


@router.patch("/webhooks/{webhook_id}", responses=problems(401, 403, 404, 422))
def change_webhook(
    webhook_id: str, body: WebhookChange, session: Transaction, staff: SignedIn = require("api_keys.write")
) -> WebhookOut:
    """Begin or stop to tell it."""
    webhook = service.set_active(session, staff.actor, webhook_id, is_active=body.is_active)
    return WebhookOut.model_validate(webhook)


@router.delete("/webhooks/{webhook_id}", status_code=204, responses=problems(401, 403, 404))
def delete_webhook(webhook_id: str, session: Transaction, staff: SignedIn = require("api_keys.write")) -> Response:
    """Forget it and its log."""
    service.remove(session, staff.actor, webhook_id)
    return Response(status_code=204)


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    dependencies=[require("api_keys.write")],
    responses=problems(401, 403, 404, 422),
)
def list_webhook_deliveries(
    webhook_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[DeliveryOut]:
    """What was sent to it or waits, the newest first; kept for a month."""
    page = service.find_deliveries(session, webhook_id, after=after, limit=limit)
    return Page(items=[DeliveryOut.model_validate(each) for each in page.items], next=page.next)


@router.post("/webhooks/{webhook_id}/test", status_code=201, responses=problems(401, 403, 404, 409))
def send_webhook_test(
    webhook_id: str, session: Transaction, staff: SignedIn = require("api_keys.write")
) -> DeliveryOut:
    """Send it a message of the kind `test`; the log tells what came of it."""
    return DeliveryOut.model_validate(service.send_test(session, staff.actor, webhook_id))


@router.post("/webhook-deliveries/{delivery_id}/send-again", responses=problems(401, 403, 404))
def send_webhook_delivery_again(
    delivery_id: str, session: Transaction, staff: SignedIn = require("api_keys.write")
) -> DeliveryOut:
    """Try it at once, with all attempts anew; its id stays the same."""
    return DeliveryOut.model_validate(service.send_again(session, staff.actor, delivery_id))
