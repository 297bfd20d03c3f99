"""Which pages axe visits: every GET page of the console, but those named here with the reason."""

from collections.abc import Mapping
from typing import Any, Final

from cloud import pages

NO_PAGES: Final = {
    "/stream": "events, not a page",
    "/inside/{site_id}/export": "a file",
    "/alarms/export": "a file",
    "/funnels/export": "a file",
    "/members/duplicates/export": "a file",
    "/schedule/export": "a file",
    "/schedule/arrivals/export": "a file",
    "/schedule/sessions/{session_id}/export": "a file",
    "/settings/webhooks/{webhook_id}/export": "a file",
    "/settings/operations/{scheduled_operation_id}/runs/{day}/export": "a file",
    "/members/export": "a file",
    "/tasks/export": "a file",
    "/debts/export": "a file",
    "/payments/export": "a file",
    "/settings/audit/export": "a file",
    "/schedule/bookings/export": "a file",
    "/balances/export": "a file",
    "/front-desk/export": "a file",
    "/members/{member_id}/photo": "a picture",
    "/consents/{consent_id}/proof": "a file",
    "/searches/menu/{kind}": "a part of the lists",
    "/access/commands/{command_id}/diagnostics": "a file",
    "/alarms/bar": "a part of every page",
    "/front-desk/now": "a part of the front desk",
    "/members/{member_id}/standing": "a part of the member card",
    "/members/{member_id}/time-line/newest": "a part of the member card",
    "/access/rules/{site_id}/gates": "a part of the access rules",
    "/board/cards/{task_id}/shown": "a part of the board",
    "/funnels/people/{member_id}/shown": "a part of a funnel",
    "/tasks/{task_id}/proof": "a part of a task",
}
"""What is left out of the sweep."""
SAID: Final = {
    "/settings/roles/{key}": ("/settings/roles/receptionist",),
    "/settings/roles/{key}/reset": ("/settings/roles/receptionist/reset",),
    "/settings/cards/{key}": ("/settings/cards/contract_ending",),
    "/settings/cards/{key}/look": ("/settings/cards/contract_ending/look",),
    "/access/lanes/{lane_id}/commands/{kind}": ("/access/lanes/{lane_id}/commands/open_once",),
    "/members": ("/members", "/members?q=nobody"),
    "/members/{member_id}/consents/upload": ("/members/{member_id}/consents/upload?purpose_id={purpose_id}",),
    "/searches/new/{kind}": ("/searches/new/members?q=a",),
    "/funnels": ("/funnels", "/funnels?funnel=attraction"),
    "/agenda": ("/agenda", "/agenda?operator={staff_id}&span=day"),
    "/schedule": ("/schedule", "/schedule?span=day"),
    "/tasks/bulk": ("/tasks/bulk?member_ids={member_id}",),
}
"""Pages whose address does not say enough, or that look different by what is asked."""
FURNISHED: Final = frozenset(
    f"{noun}_id"
    for noun in (
        *("objection", "relative", "purpose", "saved_search", "scheduled_operation"),
        *("site", "gateway", "lane", "zone", "schedule", "level", "special_day", "event", "credential", "flag"),
        *("member", "activity", "room", "session", "staff", "plan", "contract", "freeze", "instalment", "charge"),
        *("sale", "task", "type", "status", "outcome", "label", "exchange", "key", "passkey", "webhook"),
    )
) | {"day"}
"""The names in addresses for which `furnished.furnish` makes something."""


def patterns() -> list[str]:
    """The addresses of all GET pages."""
    routes = (route for router in pages.ROUTERS for route in router.routes)
    return sorted({_path(route) for route in routes if "GET" in (getattr(route, "methods", None) or ())})


def addresses(ids: Mapping[str, str]) -> list[str]:
    """What to visit, with ids for the names."""
    swept = (pattern for pattern in patterns() if pattern not in NO_PAGES)
    return [each.format_map(ids) for pattern in swept for each in SAID.get(pattern, (pattern,))]


def _path(route: Any) -> str:
    path: str = route.path
    return path
