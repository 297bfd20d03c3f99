"""The web application: every noun's API under /api/v1, the console's pages, and one answer for every error."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from cloud import pages
from cloud.access_events.api import router as access_events
from cloud.access_events.journal_api import router as journals
from cloud.access_rules.api import router as access_rules
from cloud.action_types.api import router as action_types
from cloud.activities.api import router as activities
from cloud.alarms.api import router as alarms
from cloud.arrivals.api import router as arrivals
from cloud.balances.api import router as balances
from cloud.billing.api import router as billing
from cloud.bookings.api import router as bookings
from cloud.bookings.online_api import router as online_bookings
from cloud.calendar_feeds.api import router as calendar_feeds
from cloud.card_rules.api import router as card_rules
from cloud.class_sessions.api import router as class_sessions
from cloud.comments.api import router as comments
from cloud.consents.api import router as consents
from cloud.contracts.api import router as contracts
from cloud.credentials.api import router as credentials
from cloud.database import Database, DatabaseBusyError
from cloud.desired_state.api import router as desired_state
from cloud.desired_state.gateway_api import router as gateways
from cloud.enrolment.api import router as enrolment
from cloud.enrolment.certificate_api import router as certificates
from cloud.errors import CloudError, FieldError, TooManyRequestsError
from cloud.event_stream import OpenStreams
from cloud.explanations.api import router as explanations
from cloud.explanations.preview_api import router as previews
from cloud.family.api import router as family
from cloud.flags.api import router as flags
from cloud.gate_commands.api import router as gate_commands
from cloud.gateway_health.api import router as gateway_health
from cloud.idempotency.middleware import PostsOnce
from cloud.kit.asgi_guard import RequestGuard
from cloud.kit.attempts import AttemptLimiter
from cloud.kit.problems import PROBLEM_MEDIA_TYPE, Problem, ProblemField, describe_problems, problem_body
from cloud.labels.api import router as labels
from cloud.members.api import router as members
from cloud.members.person_api import router as members_person
from cloud.members.standing_api import router as members_standing
from cloud.merging.api import router as merging
from cloud.metrics.health import router as health
from cloud.objections.api import router as objections
from cloud.payments.api import router as payments
from cloud.personal_data.api import router as personal_data
from cloud.phone_calls.api import router as phone_calls
from cloud.phone_calls.service import CALLS_REFUSED_MAX, CALLS_REFUSED_WITHIN_S
from cloud.plans.api import router as plans
from cloud.presence.api import router as presence
from cloud.privacy_purposes.api import router as privacy_purposes
from cloud.request_examples import describe_requests
from cloud.rooms.api import router as rooms
from cloud.routing import add_routes, shelve_routes
from cloud.sales.api import router as sales
from cloud.saved_searches.api import router as saved_searches
from cloud.scheduled_operations.api import router as scheduled_operations
from cloud.settings import Settings
from cloud.site_scope import sites_of_path
from cloud.sites.api import router as sites
from cloud.staff.api import router as staff
from cloud.staff.audit_api import router as audit
from cloud.staff.signing_in import SignInGuard
from cloud.tasks.api import router as tasks
from cloud.tasks.settings_api import router as task_settings
from cloud.time_line.api import router as time_line
from cloud.webhooks.api import router as webhooks

API_PREFIX: Final = "/api/v1"
BUSY_RETRY_AFTER_S: Final = 2
API_KEY_REQUESTS_MAX: Final = 1200
"""How many requests a minute of one API key each process answers."""
_ROUTERS: Final[tuple[APIRouter, ...]] = (
    staff,
    audit,
    personal_data,
    sites,
    gateway_health,
    gate_commands,
    access_rules,
    members,
    members_standing,
    members_person,
    merging,
    labels,
    credentials,
    plans,
    contracts,
    billing,
    payments,
    balances,
    sales,
    saved_searches,
    scheduled_operations,
    comments,
    family,
    privacy_purposes,
    consents,
    activities,
    rooms,
    class_sessions,
    bookings,
    online_bookings,
    arrivals,
    calendar_feeds,
    flags,
    action_types,
    tasks,
    objections,
    task_settings,
    card_rules,
    phone_calls,
    time_line,
    previews,
    desired_state,
    gateways,
    access_events,
    journals,
    presence,
    alarms,
    explanations,
    enrolment,
    certificates,
    webhooks,
)

logger = logging.getLogger(__name__)


def create_app(settings: Settings, database: Database) -> FastAPI:
    """The application on a database; whoever calls closes the database afterwards."""
    app = build_app()
    attach(app, settings, database)
    return app


def build_app() -> FastAPI:
    """The application's routes and answers to errors, for `attach` to give a database."""
    app = _Application(
        title="Tornello",
        version="1",
        description="The CRM of a fitness club, and what its turnstiles obey. Errors are problem+json (RFC 9457).",
        openapi_url=f"{API_PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in _ROUTERS:
        add_routes(app, router, prefix=API_PREFIX)
    add_routes(app, health)
    app.add_exception_handler(CloudError, _answer_refusal)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    for busy in (DatabaseBusyError, OperationalError, PoolTimeoutError):
        app.add_exception_handler(busy, _answer_busy)
    for collision in (IntegrityError, StaleDataError):
        app.add_exception_handler(collision, _answer_collision)
    app.add_exception_handler(Exception, _answer_fault)
    pages.install(app)
    shelve_routes(app)
    return app


def attach(app: FastAPI, settings: Settings, database: Database) -> None:
    """Let the application serve this database from now on, and forget all that it remembers of another."""
    app.state.settings = settings
    app.state.database = database
    app.state.writers = asyncio.Semaphore(database.writers_max)
    app.state.sign_in_guard = SignInGuard(settings.secret)
    app.state.api_key_guard = AttemptLimiter(API_KEY_REQUESTS_MAX, 60.0)
    app.state.refused_calls = AttemptLimiter(CALLS_REFUSED_MAX, CALLS_REFUSED_WITHIN_S)
    app.state.sites_of_path = sites_of_path
    app.state.open_streams = OpenStreams()


class _Application(FastAPI):
    """FastAPI with the guard at the very door, and problems described instead of its own validation errors."""

    def build_middleware_stack(self) -> Any:
        return RequestGuard(PostsOnce(super().build_middleware_stack(), self.state))

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = describe_requests(describe_problems(super().openapi()))
        return self.openapi_schema


def _answer_refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CloudError), "registered for CloudError"
    response = _problem(request, error.status, error.code, error.title, error.detail, errors=error.errors)
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _answer_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException), "registered for HTTPException"
    names = {400: ("body_malformed", "Bad request"), 404: ("no_such_address", "Not found")}
    code, title = names.get(error.status_code, ("not_acceptable", "Request refused"))
    response = _problem(request, error.status_code, code, title, str(error.detail))
    response.headers.update(error.headers or {})
    return response


def _answer_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError), "registered for RequestValidationError"
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return _problem(request, 400, "body_malformed", "Bad request", "The body is not JSON.")
    errors = [FieldError(_field_of(item), item["msg"].removeprefix("Value error, ")) for item in found]
    return _problem(request, 422, "fields_invalid", "Invalid request", "Some fields cannot be accepted.", errors=errors)


def _answer_busy(request: Request, error: Exception) -> JSONResponse:
    logger.error("the database did not answer in time: %s", error)
    response = _problem(request, 503, "database_busy", "Busy", "The database does not answer; try again.")
    response.headers["Retry-After"] = str(BUSY_RETRY_AFTER_S)
    return response


def _answer_collision(request: Request, error: Exception) -> JSONResponse:
    """Of two who changed the same at the same moment one was quicker, and nothing of the other's was kept."""
    logger.error("request %s came to nothing", request.state.request_id, exc_info=error)
    detail = "Somebody else changed the same at this moment; look at how it is now, and try again."
    return _problem(request, 409, "changed_meanwhile", "Conflict", detail)


def _answer_fault(request: Request, error: Exception) -> JSONResponse:
    logger.error("request %s failed", request.state.request_id, exc_info=error)
    return _problem(request, 500, "fault", "Our fault", "Something broke; it is in the log under the request id.")


def _field_of(item: dict[str, Any]) -> str:
    """`("body", "texts", "it")` -> `texts.it`; only a whole body is called `body`."""
    parts = [str(part) for part in item["loc"]]
    return ".".join(parts[1:] or parts)[:200]


def _problem(
    request: Request, status: int, code: str, title: str, detail: str, *, errors: Sequence[FieldError] = ()
) -> JSONResponse:
    problem = Problem(
        type=f"urn:tornello:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        request_id=request.state.request_id,
        errors=[ProblemField(field=error.field, message=error.message) for error in errors],
    )
    return JSONResponse(problem_body(problem), status, media_type=PROBLEM_MEDIA_TYPE)
