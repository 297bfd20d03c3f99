"""The settings of telephone exchanges: which there are, what each needs to know, and the last calls."""

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from cloud.api import AppSettings, ReadSession, Transaction
from cloud.card_rules import rules
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.kit.telephone import show_telephone
from cloud.members import service as members
from cloud.phone_calls import exchanges, service
from cloud.phone_calls.schemas import ExchangeIn
from cloud.sites import service as sites

ADDRESS: Final = "/settings/telephone"
_BACK: Final = mark("Back to the telephone exchanges")

router = APIRouter()


@router.get("/settings/telephone")
def show_exchanges(session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """The exchanges and the last calls."""
    calls, known = service.list_last(session), exchanges.list_all(session)
    every_site = {site.id: site for site in sites.list_sites(session)}
    return render(
        viewer,
        "phone_calls/settings.html",
        exchanges=known,
        zones={exchange.id: ZoneInfo(every_site[exchange.site_id].time_zone) for exchange in known},
        is_rule_on=rules.get(session, "unknown_caller").is_on,
        calls=calls,
        names=members.names_of(session, {call.member_id for call in calls if call.member_id}),
        site_names={site.id: site.name for site in every_site.values()},
        show_telephone=show_telephone,
    )


@router.get("/settings/telephone/new")
def show_new_exchange(session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """An empty form."""
    return _form(session, viewer, {})


@router.post("/settings/telephone")
def create_exchange(
    request: Request,
    session: Transaction,
    settings: AppSettings,
    form: Submission = submitting("action_types.write"),
) -> Response:
    """Add the exchange, and show its secret this once."""
    with attempt(session, form.viewer.words) as errors:
        told = ExchangeIn(site_id=form.fields.get("site_id", ""), name=form.fields.get("name", ""))
        actor = form.viewer.signed_in.actor
        exchange, secret = exchanges.create(session, actor, settings.secret, told.site_id, told.name)
    if errors:
        return _form(session, form.viewer, form.fields, errors)
    address = f"{request.base_url}api/v1/phone-exchanges/{exchange.id}/calls"
    response = render(form.viewer, "phone_calls/secret.html", exchange=exchange, secret=secret, address=address)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.get("/settings/telephone/{exchange_id}/withdraw")
def ask_to_withdraw(exchange_id: str, session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """Ask before the exchange is believed no more."""
    exchange, say = exchanges.get(session, exchange_id), viewer.words.text
    sheet = Sheet(
        title=say(mark("Withdraw this telephone exchange?")),
        text=f"{exchange.name}. {say(mark('Its calls are refused from then on.'))}",
        action=f"{ADDRESS}/{exchange_id}/withdraw",
        button=say(mark("Withdraw")),
        back=ADDRESS,
        back_text=say(_BACK),
        tone="danger",
    )
    return show(viewer, sheet, {})


@router.post("/settings/telephone/{exchange_id}/withdraw")
def withdraw_exchange(
    exchange_id: str, session: Transaction, form: Submission = submitting("action_types.write")
) -> Response:
    """Believe the exchange no more."""
    if exchanges.get(session, exchange_id).withdrawn_at is None:
        exchanges.withdraw(session, form.viewer.signed_in.actor, exchange_id)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


def _form(session: UnitOfWork, viewer: Viewer, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New telephone exchange")),
        action=ADDRESS,
        button=say(mark("Save")),
        back=ADDRESS,
        back_text=say(_BACK),
        body="phone_calls/exchange_fields.html",
        is_whole=True,
    )
    choices = [(site.id, site.name) for site in sites.list_sites(session)]
    return show(viewer, sheet, fields, errors, site_choices=choices)
