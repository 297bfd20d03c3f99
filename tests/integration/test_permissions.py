"""Who may call what: every address of the API and of the console, by every role and by strangers.

The table below is the intention. An address that is missing in it fails the first test, so that none can be added
without a word on who may use it.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from fastapi.routing import APIRoute

from cloud import app as api_app
from cloud import bus, pages
from cloud.database import Database
from cloud.event_stream import OpenStreams
from cloud.staff.policy import ROLES, permissions_of
from cloud.staff.service import find_signed_in
from tests.integration.club import Club, open_club

ANYBODY, SIGNED_IN = "anybody", "signed in"
API: Final = {
    "POST /sessions": ANYBODY,
    "DELETE /sessions": SIGNED_IN,
    "GET /audit-entries": "audit.read",
    "GET /sites": "gateways.read",
    "GET /sites/{site_id}": "gateways.read",
    "PATCH /sites/{site_id}": "access_rules.write",
    "GET /lanes": "gateways.read",
    "PATCH /lanes/{lane_id}/place": "access_rules.write",
    "GET /sites/{site_id}/lane-places": "gateways.read",
    "GET /sites/{site_id}/zones": "gateways.read",
    "POST /sites/{site_id}/zones": "access_rules.write",
    "GET /zones/{zone_id}": "gateways.read",
    "PATCH /zones/{zone_id}": "access_rules.write",
    "DELETE /zones/{zone_id}": "access_rules.write",
    "POST /zones/{zone_id}/forgive": "access_rules.write",
    "GET /sites/{site_id}/schedules": "gateways.read",
    "POST /sites/{site_id}/schedules": "access_rules.write",
    "GET /schedules/{schedule_id}": "gateways.read",
    "PATCH /schedules/{schedule_id}": "access_rules.write",
    "DELETE /schedules/{schedule_id}": "access_rules.write",
    "GET /sites/{site_id}/special-days": "gateways.read",
    "POST /sites/{site_id}/special-days": "access_rules.write",
    "DELETE /special-days/{special_day_id}": "access_rules.write",
    "GET /sites/{site_id}/access-levels": "gateways.read",
    "POST /sites/{site_id}/access-levels": "access_rules.write",
    "GET /access-levels/{level_id}": "gateways.read",
    "PATCH /access-levels/{level_id}": "access_rules.write",
    "DELETE /access-levels/{level_id}": "access_rules.write",
    "GET /gateways": "gateways.read",
    "GET /gateways/{gateway_id}/health": "gateways.read",
    "POST /lanes/{lane_id}/commands": "gateways.read",
    "GET /lanes/{lane_id}/commands": "gateways.read",
    "GET /commands/{command_id}": "gateways.read",
    "GET /commands/{command_id}/diagnostics": "gateways.service",
    "GET /members": "members.read",
    "POST /members": "members.write",
    "GET /members/{member_id}": "members.read",
    "PATCH /members/{member_id}": "members.write",
    "PUT /members/{member_id}/state": "members.write",
    "GET /members/{member_id}/state-changes": "members.read",
    "GET /members/{member_id}/contacts": "members.read",
    "PUT /members/{member_id}/contacts": "members.write",
    "GET /members/{member_id}/tags": "members.read",
    "PUT /members/{member_id}/tags": "members.write",
    "GET /members/{member_id}/photo": "members.read",
    "PUT /members/{member_id}/photo": "members.write",
    "DELETE /members/{member_id}/photo": "members.write",
    "GET /labels": "members.read",
    "POST /labels": "labels.write",
    "PATCH /labels/{label_id}": "labels.write",
    "GET /members/{member_id}/credentials": "members.read",
    "POST /members/{member_id}/credentials": "credentials.write",
    "POST /credentials/{credential_id}/revoke": "credentials.write",
    "POST /credentials/{credential_id}/reactivate": "credentials.write",
    "PUT /credentials/{credential_id}/pin": "credentials.write",
    "DELETE /credentials/{credential_id}/pin": "credentials.write",
    "PUT /members/{member_id}/role": "members.standing",
    "PUT /members/{member_id}/certificate": "members.write",
    "POST /members/{member_id}/black-list": "members.standing",
    "DELETE /members/{member_id}/black-list": "members.standing",
    "POST /members/{member_id}/forgive": "members.write",
    "PUT /members/{member_id}/other-sites": "members.standing",
    "GET /members/{member_id}/bookings": "members.read",
    "POST /members/{member_id}/bookings": "bookings.write",
    "POST /bookings/{booking_id}/cancel": "bookings.write",
    "PUT /bookings/{booking_id}/attendance": "attendance.write",
    "DELETE /bookings/{booking_id}/attendance": "attendance.write",
    "POST /members/{member_id}/waiting": "bookings.write",
    "POST /waiting/{entry_id}/leave": "bookings.write",
    "GET /class-sessions/{session_id}/participants": "members.read",
    "GET /sites/{site_id}/booking-figures": "members.read",
    "GET /sites/{site_id}/bookings/{figure}": "members.read",
    "GET /sites/{site_id}/waiting/{figure}": "members.read",
    "GET /sites/{site_id}/arrivals": "members.read",
    "GET /activities": "sessions.read",
    "POST /activities": "sessions.write",
    "PATCH /activities/{activity_id}": "sessions.write",
    "GET /sites/{site_id}/rooms": "sessions.read",
    "POST /sites/{site_id}/rooms": "sessions.write",
    "PATCH /rooms/{room_id}": "sessions.write",
    "GET /sites/{site_id}/class-sessions": "sessions.read",
    "POST /sites/{site_id}/class-sessions": "sessions.write",
    "GET /class-sessions/{session_id}": "sessions.read",
    "PATCH /class-sessions/{session_id}": "sessions.write",
    "POST /class-sessions/{session_id}/cancel": "sessions.write",
    "GET /members/{member_id}/contracts": "members.read",
    "POST /members/{member_id}/contracts": "contracts.write",
    "PATCH /contracts/{contract_id}": "contracts.write",
    "POST /contracts/{contract_id}/freezes": "contracts.write",
    "POST /members/{member_id}/sales": "contracts.sell",
    "DELETE /contracts/{contract_id}/freezes/{freeze_id}": "contracts.write",
    "POST /contracts/{contract_id}/extension": "contracts.write",
    "POST /contracts/{contract_id}/end": "contracts.write",
    "GET /contracts/{contract_id}/instalments": "members.read",
    "GET /sites/{site_id}/plans": "members.read",
    "POST /sites/{site_id}/plans": "plans.write",
    "PATCH /plans/{plan_id}": "plans.write",
    "GET /sites/{site_id}/instalments": "dues.read",
    "GET /instalments/{instalment_id}": "dues.read",
    "PATCH /instalments/{instalment_id}": "contracts.write",
    "POST /instalments/{instalment_id}/charges": "dues.write",
    "POST /charges/{charge_id}/reversal": "dues.write",
    "GET /members/{member_id}/till-sales": "dues.read",
    "POST /members/{member_id}/till-sales": "dues.write",
    "POST /till-sales/{sale_id}/cancellation": "dues.write",
    "GET /members/{member_id}/spending": "dues.read",
    "GET /members/{member_id}/comments": "members.read",
    "GET /members/{member_id}/time-line": "members.read",
    "POST /members/{member_id}/comments": "members.write",
    "GET /sites/{site_id}/balances": "members.read",
    "GET /sites/{site_id}/balances/{figure}": "members.read",
    "GET /members/{member_id}/flags": "members.read",
    "POST /members/{member_id}/flags": "flags.write",
    "POST /flags/{flag_id}/clear": "flags.write",
    "GET /flags/{flag_id}": "members.read",
    "GET /action-types": "tasks.read",
    "POST /action-types": "action_types.write",
    "GET /action-types/{type_id}": "tasks.read",
    "PATCH /action-types/{type_id}": "action_types.write",
    "POST /action-types/{type_id}/preview": "action_types.write",
    "GET /outcomes": "tasks.read",
    "POST /outcomes": "action_types.write",
    "PATCH /outcomes/{outcome_id}": "action_types.write",
    "GET /enquiry-statuses": "tasks.read",
    "POST /enquiry-statuses": "action_types.write",
    "PATCH /enquiry-statuses/{status_id}": "action_types.write",
    "GET /task-templates": "tasks.read",
    "POST /task-templates": "tasks.bulk",
    "DELETE /task-templates/{template_id}": "tasks.bulk",
    "GET /tasks": "tasks.read",
    "POST /members/{member_id}/tasks": "tasks.write",
    "POST /tasks/bulk": "tasks.bulk",
    "POST /tasks/bulk/preview": "tasks.write",
    "GET /tasks/{task_id}": "tasks.read",
    "PATCH /tasks/{task_id}": "tasks.write",
    "POST /tasks/{task_id}/outcome": "tasks.write",
    "POST /tasks/{task_id}/close": "tasks.write",
    "POST /tasks/{task_id}/lift": "tasks.write",
    "POST /tasks/{task_id}/comments": "tasks.write",
    "GET /tasks/{task_id}/history": "tasks.read",
    "GET /tasks/{task_id}/proof": "tasks.read",
    "GET /members/{member_id}/communication": "tasks.read",
    "GET /access-events": "access.read",
    "GET /access-events/stream": "access.read",
    "GET /access-events/{event_id}/explanation": "access.read",
    "GET /sites/{site_id}/presence": "access.read",
    "GET /alarms": "access.read",
    "POST /alarms/{alarm_id}/acknowledge": "alarms.acknowledge",
    "POST /sites/{site_id}/claim-tokens": "gateways.enrol",
    "GET /enrolment/authority": ANYBODY,
    "POST /enrolment": ANYBODY,
    "GET /enrolment/challenge": ANYBODY,
    "POST /enrolment/renewal": ANYBODY,
    "GET /gateways/{gateway_id}/certificates": "gateways.read",
    "POST /gateways/{gateway_id}/withdrawal": "gateways.enrol",
    "GET /reenrolments": "gateways.read",
    "POST /reenrolments/{gateway_id}/approval": "gateways.enrol",
    "POST /reenrolments/{gateway_id}/refusal": "gateways.enrol",
}
PAGES: Final = {
    "GET /": "access.read",
    "GET /access-events/{event_id}": "access.read",
    "GET /inside": "access.read",
    "GET /inside/{site_id}/csv": "access.read",
    "GET /alarms": "access.read",
    "GET /alarms/bar": "access.read",
    "POST /alarms/acknowledge": "alarms.acknowledge",
    "POST /alarms/{alarm_id}/acknowledge": "alarms.acknowledge",
    "GET /members": "members.read",
    "GET /members/{member_id}": "members.read",
    "GET /settings/labels": "labels.write",
    "GET /settings/labels/new": "labels.write",
    "POST /settings/labels": "labels.write",
    "GET /settings/labels/{label_id}": "labels.write",
    "POST /settings/labels/{label_id}": "labels.write",
    "GET /members/{member_id}/standing": "members.read",
    "GET /members/{member_id}/accesses": "access.read",
    "GET /members/new": "members.write",
    "POST /members": "members.write",
    "GET /members/{member_id}/edit": "members.write",
    "POST /members/{member_id}/edit": "members.write",
    "GET /members/{member_id}/state": "members.write",
    "POST /members/{member_id}/state": "members.write",
    "GET /members/{member_id}/photo": "members.read",
    "GET /members/{member_id}/photo/upload": "members.write",
    "POST /members/{member_id}/photo/upload": "members.write",
    "GET /members/{member_id}/cards/new": "credentials.write",
    "POST /members/{member_id}/cards": "credentials.write",
    "GET /members/{member_id}/role": "members.standing",
    "POST /members/{member_id}/role": "members.standing",
    "GET /members/{member_id}/certificate": "members.write",
    "POST /members/{member_id}/certificate": "members.write",
    "GET /members/{member_id}/black-list": "members.standing",
    "POST /members/{member_id}/black-list": "members.standing",
    "POST /members/{member_id}/black-list/end": "members.standing",
    "GET /members/{member_id}/forgive": "members.write",
    "POST /members/{member_id}/forgive": "members.write",
    "GET /members/{member_id}/other-sites": "members.standing",
    "POST /members/{member_id}/other-sites": "members.standing",
    "GET /members/{member_id}/bookings/new": "bookings.write",
    "POST /members/{member_id}/bookings": "bookings.write",
    "POST /bookings/{booking_id}/cancel": "bookings.write",
    "POST /bookings/{booking_id}/attendance": "attendance.write",
    "POST /waiting/{entry_id}/leave": "bookings.write",
    "GET /schedule": "sessions.read",
    "GET /schedule/sessions/new": "sessions.write",
    "POST /schedule/sites/{site_id}/sessions": "sessions.write",
    "GET /schedule/sessions/{session_id}/change": "sessions.write",
    "POST /schedule/sessions/{session_id}/change": "sessions.write",
    "GET /schedule/sessions/{session_id}/cancel": "sessions.write",
    "POST /schedule/sessions/{session_id}/cancel": "sessions.write",
    "GET /schedule/sessions/{session_id}": "sessions.read",
    "POST /schedule/sessions/{session_id}/bookings": "bookings.write",
    "GET /schedule/arrivals": "members.read",
    "GET /schedule/bookings": "members.read",
    "GET /settings/schedule": "sessions.write",
    "GET /settings/schedule/activities/new": "sessions.write",
    "POST /settings/schedule/activities": "sessions.write",
    "GET /settings/schedule/activities/{activity_id}": "sessions.write",
    "POST /settings/schedule/activities/{activity_id}": "sessions.write",
    "GET /settings/schedule/sites/{site_id}/rooms/new": "sessions.write",
    "POST /settings/schedule/sites/{site_id}/rooms": "sessions.write",
    "GET /settings/schedule/rooms/{room_id}": "sessions.write",
    "POST /settings/schedule/rooms/{room_id}": "sessions.write",
    "GET /members/{member_id}/sales/new": "contracts.sell",
    "POST /members/{member_id}/sales": "contracts.sell",
    "GET /contracts/{contract_id}/freezes/new": "contracts.write",
    "POST /contracts/{contract_id}/freezes": "contracts.write",
    "GET /contracts/{contract_id}/freezes/{freeze_id}/lift": "contracts.write",
    "POST /contracts/{contract_id}/freezes/{freeze_id}/lift": "contracts.write",
    "GET /contracts/{contract_id}/extension": "contracts.write",
    "POST /contracts/{contract_id}/extension": "contracts.write",
    "GET /contracts/{contract_id}/end": "contracts.write",
    "POST /contracts/{contract_id}/end": "contracts.write",
    "GET /debts": "members.read",
    "GET /instalments/{instalment_id}/payment": "dues.write",
    "POST /instalments/{instalment_id}/payment": "dues.write",
    "GET /instalments/{instalment_id}/due-date": "contracts.write",
    "POST /instalments/{instalment_id}/due-date": "contracts.write",
    "GET /charges/{charge_id}/reversal": "dues.write",
    "POST /charges/{charge_id}/reversal": "dues.write",
    "GET /balances": "members.read",
    "GET /plans": "members.read",
    "GET /plans/new": "plans.write",
    "POST /sites/{site_id}/plans": "plans.write",
    "GET /plans/{plan_id}": "plans.write",
    "POST /plans/{plan_id}": "plans.write",
    "GET /members/{member_id}/contracts/new": "contracts.write",
    "POST /members/{member_id}/contracts": "contracts.write",
    "GET /contracts/{contract_id}": "contracts.write",
    "POST /contracts/{contract_id}": "contracts.write",
    "GET /credentials/{credential_id}/pin": "credentials.write",
    "POST /credentials/{credential_id}/pin": "credentials.write",
    "POST /credentials/{credential_id}/pin/clear": "credentials.write",
    "GET /members/{member_id}/flags": "members.read",
    "GET /members/{member_id}/flags/new": "flags.write",
    "POST /members/{member_id}/flags": "flags.write",
    "POST /flags/{flag_id}/clear": "flags.write",
    "POST /credentials/{credential_id}/revoke": "credentials.write",
    "POST /credentials/{credential_id}/reactivate": "credentials.write",
    "GET /tasks": "tasks.read",
    "GET /tasks/bulk": "tasks.bulk",
    "POST /tasks/bulk": "tasks.bulk",
    "POST /tasks/bulk/summary": "tasks.bulk",
    "GET /members/{member_id}/tasks/new": "tasks.write",
    "POST /members/{member_id}/tasks": "tasks.write",
    "GET /tasks/{task_id}": "tasks.read",
    "GET /tasks/{task_id}/proof": "tasks.read",
    "GET /tasks/{task_id}/change": "tasks.write",
    "POST /tasks/{task_id}/change": "tasks.write",
    "POST /tasks/{task_id}/comments": "tasks.write",
    "GET /tasks/{task_id}/outcome": "tasks.write",
    "POST /tasks/{task_id}/outcome": "tasks.write",
    "GET /tasks/{task_id}/close": "tasks.write",
    "POST /tasks/{task_id}/close": "tasks.write",
    "GET /tasks/{task_id}/lift": "tasks.write",
    "POST /tasks/{task_id}/lift": "tasks.write",
    "GET /settings/tasks": "action_types.write",
    "GET /settings/tasks/types/new": "action_types.write",
    "POST /settings/tasks/types": "action_types.write",
    "GET /settings/tasks/types/{type_id}": "action_types.write",
    "POST /settings/tasks/types/{type_id}": "action_types.write",
    "GET /settings/tasks/outcomes/new": "action_types.write",
    "POST /settings/tasks/outcomes": "action_types.write",
    "GET /settings/tasks/outcomes/{outcome_id}": "action_types.write",
    "POST /settings/tasks/outcomes/{outcome_id}": "action_types.write",
    "GET /settings/tasks/statuses/new": "action_types.write",
    "POST /settings/tasks/statuses": "action_types.write",
    "GET /settings/tasks/statuses/{status_id}": "action_types.write",
    "POST /settings/tasks/statuses/{status_id}": "action_types.write",
    "GET /access": "gateways.read",
    "GET /access/gateways/{gateway_id}/self-test": "gateways.read",
    "GET /access/lanes/{lane_id}/commands": "gateways.read",
    "GET /access/lanes/{lane_id}/commands/{kind}": "gateways.read",
    "POST /access/lanes/{lane_id}/commands": "gateways.read",
    "GET /access/commands/{command_id}/diagnostics": "gateways.service",
    "GET /access/enrol": "gateways.enrol",
    "GET /access/gateways/{gateway_id}/withdraw": "gateways.enrol",
    "POST /access/gateways/{gateway_id}/withdraw": "gateways.enrol",
    "POST /access/returning/{gateway_id}/approve": "gateways.enrol",
    "POST /access/returning/{gateway_id}/refuse": "gateways.enrol",
    "POST /access/enrol": "gateways.enrol",
    "GET /access/rules/{site_id}": "gateways.read",
    "GET /access/rules/{site_id}/gates": "gateways.read",
    "GET /access/rules/{site_id}/zones": "gateways.read",
    "GET /access/rules/{site_id}/site": "access_rules.write",
    "POST /access/rules/{site_id}/site": "access_rules.write",
    "GET /access/rules/{site_id}/texts": "access_rules.write",
    "POST /access/rules/{site_id}/texts": "access_rules.write",
    "GET /access/rules/{site_id}/zones/new": "access_rules.write",
    "POST /access/rules/{site_id}/zones": "access_rules.write",
    "GET /access/rules/{site_id}/schedules/new": "access_rules.write",
    "POST /access/rules/{site_id}/schedules": "access_rules.write",
    "GET /access/rules/{site_id}/special-days/new": "access_rules.write",
    "POST /access/rules/{site_id}/special-days": "access_rules.write",
    "GET /access/rules/{site_id}/levels/new": "access_rules.write",
    "POST /access/rules/{site_id}/levels": "access_rules.write",
    "GET /access/zones/{zone_id}": "access_rules.write",
    "POST /access/zones/{zone_id}": "access_rules.write",
    "GET /access/zones/{zone_id}/forgive": "access_rules.write",
    "POST /access/zones/{zone_id}/forgive": "access_rules.write",
    "GET /access/zones/{zone_id}/delete": "access_rules.write",
    "POST /access/zones/{zone_id}/delete": "access_rules.write",
    "GET /access/lanes/{lane_id}/place": "access_rules.write",
    "POST /access/lanes/{lane_id}/place": "access_rules.write",
    "GET /access/schedules/{schedule_id}": "access_rules.write",
    "POST /access/schedules/{schedule_id}": "access_rules.write",
    "GET /access/schedules/{schedule_id}/delete": "access_rules.write",
    "POST /access/schedules/{schedule_id}/delete": "access_rules.write",
    "GET /access/special-days/{special_day_id}/delete": "access_rules.write",
    "POST /access/special-days/{special_day_id}/delete": "access_rules.write",
    "GET /access/levels/{level_id}": "access_rules.write",
    "POST /access/levels/{level_id}": "access_rules.write",
    "GET /access/levels/{level_id}/delete": "access_rules.write",
    "POST /access/levels/{level_id}/delete": "access_rules.write",
    "GET /settings": SIGNED_IN,
    "GET /settings/staff": "staff.write",
    "GET /settings/staff/new": "staff.write",
    "POST /settings/staff": "staff.write",
    "GET /settings/staff/{staff_id}/roles": "staff.write",
    "POST /settings/staff/{staff_id}/roles": "staff.write",
    "GET /settings/staff/{staff_id}/password": "staff.write",
    "POST /settings/staff/{staff_id}/password": "staff.write",
    "GET /settings/staff/{staff_id}/leave": "staff.write",
    "POST /settings/staff/{staff_id}/leave": "staff.write",
    "POST /settings/staff/{staff_id}/return": "staff.write",
    "GET /settings/audit": "audit.read",
    "GET /settings/roles": "roles.write",
    "GET /settings/roles/new": "roles.write",
    "POST /settings/roles": "roles.write",
    "GET /settings/roles/{key}": "roles.write",
    "POST /settings/roles/{key}": "roles.write",
    "GET /settings/roles/{key}/reset": "roles.write",
    "POST /settings/roles/{key}/reset": "roles.write",
    "GET /sign-in": ANYBODY,
    "POST /sign-in": ANYBODY,
    "POST /sign-out": SIGNED_IN,
    "POST /language": SIGNED_IN,
    "GET /stream": "gateways.read",
}
CHANGES_PAGES: Final = [name for name in PAGES if name.startswith("POST") and PAGES[name] != ANYBODY]


@pytest.fixture
def club(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Club]:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    club = open_club(database)
    club.app.state.open_streams = OpenStreams(of_one_max=0)  # who may stream is told so, and does not wait for ever
    yield club
    database.close()


def test_every_address_says_who_may_use_it() -> None:
    assert _addresses(api_app._ROUTERS) == set(API)
    assert _addresses(pages.ROUTERS) == set(PAGES)


def test_no_router_is_left_out(club: Club) -> None:
    """What the application serves beside the routers above is its own description and the static files."""
    others = {getattr(route, "path", None) for route in club.app.routes} - {None}
    assert others == {"/api/v1/openapi.json", "/static"}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_call_what_its_permissions_allow_and_nothing_else(club: Club, role: str) -> None:
    client = club.client(role)
    for name, needed in API.items():
        if name == "DELETE /sessions":
            continue
        answer = _call(client, name, "/api/v1", json={})
        assert (answer.status_code == 403) is (not _may(role, needed)), (name, answer.text)
    browser, csrf_token = _sign_in(club, role, is_hired=True)
    for name, needed in PAGES.items():
        if name == "POST /sign-out":
            continue
        answer = _call(browser, name, data={"csrf_token": csrf_token})
        assert (answer.status_code == 403) is (not _may(role, needed)), (name, answer.text)


def test_a_stranger_is_asked_to_sign_in(club: Club) -> None:
    stranger = club.client()
    for name, needed in API.items():
        answer = _call(stranger, name, "/api/v1", json={})
        assert (answer.status_code == 401) is (needed != ANYBODY), (name, answer.text)
    for name, needed in PAGES.items():
        answer = _call(stranger, name, data={})
        is_sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        assert is_sent_away is (needed != ANYBODY), (name, answer.text)


@pytest.mark.parametrize("name", CHANGES_PAGES)
def test_no_form_is_taken_without_the_csrf_token_of_the_session(club: Club, name: str) -> None:
    browser, _ = _sign_in(club, "administrator")
    other, other_token = _sign_in(club, "administrator", is_hired=True)
    assert other.cookies != browser.cookies
    for token in ("", "guess", other_token):
        assert _call(browser, name, data={"csrf_token": token}).status_code == 403


def test_no_change_through_the_api_is_taken_from_a_cookie_alone(club: Club) -> None:
    browser, _ = _sign_in(club, "administrator")
    for name, needed in API.items():
        if needed != ANYBODY and not name.startswith("GET"):
            assert _call(browser, name, "/api/v1", json={}).status_code == 403, name


def test_signing_in_makes_a_new_session_whatever_cookie_was_planted(club: Club) -> None:
    club.hire("manager")
    browser = club.client()
    browser.cookies.set("tornello_session", "planted")
    answer = _post_sign_in(browser, "manager")
    (cookie,) = [value for value in answer.headers.get_list("set-cookie") if value.startswith("tornello_session=")]
    assert "planted" not in cookie
    assert {"HttpOnly", "Secure", "SameSite=lax"} <= set(cookie.split("; "))
    again = _post_sign_in(club.client(), "manager")
    assert again.cookies["tornello_session"] != answer.cookies["tornello_session"]


def _addresses(routers: object) -> set[str]:
    assert isinstance(routers, tuple)
    routes = [route for router in routers for route in router.routes]
    assert all(isinstance(route, APIRoute) for route in routes)
    return {f"{method} {route.path}" for route in routes for method in route.methods}


def _may(role: str, needed: str) -> bool:
    return needed in {ANYBODY, SIGNED_IN} or needed in permissions_of(role)


def _call(client: httpx.Client, name: str, prefix: str = "", **body: object) -> httpx.Response:
    method, path = name.split()
    address = prefix + re.sub(r"\{\w+\}", "none", path)
    return client.request(method, address, **(body if method in {"POST", "PATCH"} else {}))  # type: ignore[arg-type]


def _sign_in(club: Club, role: str, *, is_hired: bool = False) -> tuple[httpx.Client, str]:
    """A browser with a session, and the CSRF token that its pages hold."""
    if not is_hired:
        club.hire(role)
    browser = club.client()
    assert _post_sign_in(browser, role).status_code == 303
    with club.database.session() as session:
        signed_in = find_signed_in(session, browser.cookies["tornello_session"], request_id="")
    assert signed_in is not None
    return browser, signed_in.csrf_token


def _post_sign_in(browser: httpx.Client, role: str) -> httpx.Response:
    return browser.post("/sign-in", data={"email": f"{role}@club.test", "password": "correct horse battery"})
