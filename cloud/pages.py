"""The console's pages, collected from the nouns, and their errors as pages. `install` puts them into the app."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from cloud.access_events.pages.list_files import router as access_event_files
from cloud.access_events.pages.showing import router as access_events
from cloud.access_rules.pages import routers as access_rules
from cloud.action_types.pages import routers as action_types
from cloud.activities.pages import router as activities
from cloud.alarms.pages import router as alarms
from cloud.arrivals.pages import router as arrivals
from cloud.audit.pages.export_files import router as audit_files
from cloud.audit.pages.listing import router as audit
from cloud.balances.pages.list_files import router as balance_files
from cloud.balances.pages.listing import router as balances
from cloud.billing.pages import router as billing
from cloud.bookings.pages import routers as bookings
from cloud.calendar_feeds.pages import router as calendar_feeds
from cloud.card_rules.pages import router as card_rules
from cloud.class_sessions.pages import routers as class_sessions
from cloud.comments.pages import router as comments
from cloud.consents.pages import router as consents
from cloud.console.assets import STATIC_FOLDER
from cloud.console.error_pages import show_error
from cloud.console.live_stream import router as live_stream
from cloud.contracts.pages import routers as contracts
from cloud.credentials.pages import router as credentials
from cloud.enrolment.pages import router as enrolment
from cloud.explanations.pages import router as explanations
from cloud.family.pages import router as family
from cloud.flags.pages import router as flags
from cloud.front_desk.pages import router as front_desk
from cloud.funnels.pages import router as funnels
from cloud.gate_commands.pages import router as gate_commands
from cloud.gateway_health.pages import router as gateway_health
from cloud.labels.pages import router as labels
from cloud.member_import.pages import router as member_import
from cloud.members.pages import routers as members
from cloud.merging.pages import router as merging
from cloud.objections.pages import router as objections
from cloud.payments.pages import routers as payments
from cloud.personal_data.pages import router as personal_data
from cloud.phone_calls.pages import router as phone_calls
from cloud.plans.pages import router as plans
from cloud.presence.pages import router as presence
from cloud.privacy_purposes.pages import router as privacy_purposes
from cloud.rooms.pages import router as rooms
from cloud.routing import add_routes
from cloud.sales.pages import router as sales
from cloud.saved_searches.pages import routers as saved_searches
from cloud.scheduled_operations.pages import routers as scheduled_operations
from cloud.sites.pages import router as sites
from cloud.staff.pages import routers as staff
from cloud.task_board.pages import routers as task_board
from cloud.tasks.pages import routers as tasks
from cloud.time_line.pages.showing import router as time_line
from cloud.webhooks.pages import router as webhooks

ROUTERS: Final = (
    access_events,
    access_event_files,
    front_desk,
    presence,
    alarms,
    explanations,
    merging,
    member_import,
    *members,
    *saved_searches,
    labels,
    *class_sessions,
    arrivals,
    calendar_feeds,
    activities,
    rooms,
    *bookings,
    *contracts,
    billing,
    *payments,
    plans,
    balances,
    balance_files,
    time_line,
    comments,
    family,
    privacy_purposes,
    consents,
    sales,
    flags,
    objections,
    *tasks,
    *task_board,
    funnels,
    *action_types,
    card_rules,
    *scheduled_operations,
    phone_calls,
    credentials,
    sites,
    *access_rules,
    gateway_health,
    gate_commands,
    enrolment,
    *staff,
    webhooks,
    audit,
    audit_files,
    personal_data,
    live_stream,
)
_FOREVER: Final = "public, max-age=31536000, immutable"

Handler = Callable[[Request, Exception], Any]


class HashedFiles(StaticFiles):
    """Static files whose addresses hold a hash of their content: browsers need not ask again."""

    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = _FOREVER
        return response


def install(app: FastAPI) -> None:
    """Add the pages to the app, after everything else: errors outside /api/ become pages from here on."""
    app.mount("/static", HashedFiles(directory=STATIC_FOLDER))
    for router in ROUTERS:
        add_routes(app, router, is_in_schema=False)
    for kind, api_handler in tuple(app.exception_handlers.items()):
        app.add_exception_handler(kind, _by_path(api_handler))


def _by_path(api_handler: Handler) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The API's own handler below /api/, the page for the rest."""

    async def handle(request: Request, error: Exception) -> Response:
        if not request.url.path.startswith("/api/"):
            return await show_error(request, error)
        answer = api_handler(request, error)
        response: Response = await answer if isinstance(answer, Awaitable) else answer
        return response

    return handle
