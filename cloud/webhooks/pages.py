"""The settings of webhooks: which there are, the secret of a new one this once, and what was sent to each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from cloud.api import AppSettings, ReadSession, Transaction
from cloud.console import table_files
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.table_files import ROWS_AT_ONCE, TableFile
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import Cell, Format
from cloud.sites import service as sites
from cloud.webhooks import service
from cloud.webhooks.models import Webhook, WebhookDelivery
from cloud.webhooks.policy import KINDS
from cloud.webhooks.schemas import WebhookIn

ADDRESS: Final = "/settings/webhooks"
ROWS: Final = 50
HEADER: Final = ("id", "created_at", "event", "state", "attempts", "last_status", "last_error", "ended_at")
KIND_NAMES: Final = {
    "member.changed": mark("A member was added or edited"),
    "contract.changed": mark("A contract was sold or changed"),
    "dues.changed": mark("Payments are due, or were made"),
    "booking.changed": mark("A booking was made or cancelled"),
    "task.changed": mark("A task was begun, changed or closed"),
    "flag.raised": mark("A block or message was sent to the gates"),
    "flag.cleared": mark("A block or message was lifted"),
    "member.passed": mark("A member went through a lane"),
    "test": mark("A test"),
}
STATES: Final = {
    "waiting": ("warn", "clock", mark("On its way")),
    "delivered": ("good", "check", mark("Delivered")),
    "given_up": ("bad", "warning", mark("Given up")),
}
_KIND: Final = "kind_"
_BACK: Final = mark("Webhooks")

router = APIRouter()


@router.get("/settings/webhooks")
def show_webhooks(session: ReadSession, viewer: Viewer = viewing("api_keys.write")) -> Response:
    """Every webhook: 20 at most."""
    webhooks = service.list_all(session)
    return render(viewer, "webhooks/settings.html", webhooks=webhooks, kinds=KIND_NAMES, address=ADDRESS)


@router.get("/settings/webhooks/new")
def show_new_webhook(viewer: Viewer = viewing("api_keys.write")) -> Response:
    """An empty form."""
    return _form(viewer, {})


@router.post("/settings/webhooks")
def create_webhook(
    session: Transaction, settings: AppSettings, form: Submission = submitting("api_keys.write")
) -> Response:
    """Add it, and show its secret this once."""
    with attempt(session, form.viewer.words) as errors:
        kinds = [kind for kind in KINDS if f"{_KIND}{kind}" in form.fields]
        told = WebhookIn.model_validate({"url": form.fields.get("url", ""), "kinds": kinds})
        webhook, secret = service.subscribe(
            session,
            form.viewer.signed_in.actor,
            told.url,
            told.kinds,
            settings.secret,
            may_be_private=settings.webhooks_may_be_private,
        )
    if errors:
        return _form(form.viewer, form.fields, errors)
    return render(form.viewer, "webhooks/secret.html", webhook=webhook, secret=secret, address=ADDRESS)


@router.get("/settings/webhooks/{webhook_id}")
def show_deliveries(
    webhook_id: str,
    session: ReadSession,
    viewer: Viewer = viewing("api_keys.write"),
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """What was sent to it or waits, the newest first; as fragment the next rows."""
    page = service.find_deliveries(session, webhook_id, after=after, limit=ROWS)
    is_more = viewer.is_fragment and after is not None
    return render(
        viewer,
        "webhooks/rows.html" if is_more else "webhooks/webhook.html",
        webhook=service.get(session, webhook_id),
        deliveries=page.items,
        next_after=page.next,
        kinds=KIND_NAMES,
        states=STATES,
        address=ADDRESS,
    )


@router.get("/settings/webhooks/{webhook_id}/export")
def export_deliveries(
    webhook_id: str, session: Transaction, viewer: Viewer = viewing("api_keys.write"), form: Format = "xlsx"
) -> StreamingResponse:
    """What was sent to it or waits, the newest first, by the clock of the first site."""
    service.get(session, webhook_id)
    file = TableFile(
        name="webhook-deliveries",
        noun="webhook_delivery",
        form=form,
        day=session.now.date(),
        header=HEADER,
        narrowed={"webhook": webhook_id},
    )
    return table_files.send(session, viewer, file, _rows(session, viewer.words, webhook_id))


def _rows(session: UnitOfWork, words: Words, webhook_id: str) -> Iterator[Sequence[Cell]]:
    zone: ZoneInfo = sites.zone_of_days(session)

    def find(after: str | None) -> Page[WebhookDelivery]:
        return service.find_deliveries(session, webhook_id, after=after, limit=ROWS_AT_ONCE)

    for deliveries in table_files.each_page(session, find):
        for delivery in deliveries:
            yield (
                delivery.id,
                table_files.local(delivery.created_at, zone),
                words.text(KIND_NAMES.get(delivery.kind, delivery.kind)),
                words.text(STATES[delivery.state][2]),
                delivery.attempt_count,
                delivery.last_status,
                delivery.last_error,
                table_files.local(delivery.ended_at, zone),
            )


@router.post("/settings/webhooks/{webhook_id}/test")
def try_webhook(webhook_id: str, session: Transaction, form: Submission = submitting("api_keys.write")) -> Response:
    """Send it a message that says nothing but that it arrives."""
    with attempt(session, form.viewer.words) as errors:
        service.send_test(session, form.viewer.signed_in.actor, webhook_id)
    return go_to(form.viewer, f"{ADDRESS}/{webhook_id}", notice="webhook_off" if errors else "webhook_tested")


@router.post("/settings/webhooks/{webhook_id}/on")
def switch_webhook_on(
    webhook_id: str, session: Transaction, form: Submission = submitting("api_keys.write")
) -> Response:
    """Tell it again; what waits is sent."""
    service.set_active(session, form.viewer.signed_in.actor, webhook_id, is_active=True)
    return go_to(form.viewer, f"{ADDRESS}/{webhook_id}", notice="staff_saved")


@router.post("/settings/webhooks/{webhook_id}/off")
def switch_webhook_off(
    webhook_id: str, session: Transaction, form: Submission = submitting("api_keys.write")
) -> Response:
    """Tell it nothing more; what waits is kept."""
    service.set_active(session, form.viewer.signed_in.actor, webhook_id, is_active=False)
    return go_to(form.viewer, f"{ADDRESS}/{webhook_id}", notice="staff_saved")


@router.get("/settings/webhooks/{webhook_id}/delete")
def ask_to_delete(webhook_id: str, session: ReadSession, viewer: Viewer = viewing("api_keys.write")) -> Response:
    """Ask once."""
    say, webhook = viewer.words.text, service.get(session, webhook_id)
    sheet = Sheet(
        title=say(mark("Delete the webhook to %(host)s?"), host=host_of(webhook)),
        text=say(mark("It is told nothing more, and what waits for it is forgotten.")),
        action=f"{ADDRESS}/{webhook_id}/delete",
        button=say(mark("Delete")),
        back=ADDRESS,
        back_text=say(_BACK),
        tone="danger",
    )
    return show(viewer, sheet, {})


@router.post("/settings/webhooks/{webhook_id}/delete")
def delete_webhook(webhook_id: str, session: Transaction, form: Submission = submitting("api_keys.write")) -> Response:
    """Forget it and its log."""
    service.remove(session, form.viewer.signed_in.actor, webhook_id)
    return go_to(form.viewer, ADDRESS, notice="search_deleted")


@router.post("/settings/webhook-deliveries/{webhook_delivery_id}/send-again")
def send_again(
    webhook_delivery_id: str, session: Transaction, form: Submission = submitting("api_keys.write")
) -> Response:
    """Try it at once, under its own id."""
    delivery = service.send_again(session, form.viewer.signed_in.actor, webhook_delivery_id)
    return go_to(form.viewer, f"{ADDRESS}/{delivery.webhook_id}", notice="webhook_sent_again")


def host_of(webhook: Webhook) -> str:
    """To whom it goes, in short."""
    return str(urlsplit(webhook.url).hostname)


def _form(viewer: Viewer, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New webhook")),
        text=say(mark("Another program is told what happens: signed messages that hold ids only.")),
        action=ADDRESS,
        button=say(mark("Add")),
        back=ADDRESS,
        back_text=say(_BACK),
        body="webhooks/webhook_fields.html",
    )
    offered = {f"{_KIND}{kind}": KIND_NAMES[kind] for kind in KINDS}
    return show(viewer, sheet, fields, errors, kinds=offered)
