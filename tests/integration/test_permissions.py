"""Who may call what: every address of the API and of the console, by every role and by strangers.

`permissions_of_api` and `permissions_of_pages` are the intention. An address that is missing there fails the first
test, so that none can be added without a word on who may use it.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from fastapi.routing import APIRoute

from cloud import bus
from cloud.app import API_PREFIX
from cloud.database import Database
from cloud.event_stream import OpenStreams
from cloud.staff.policy import ROLES, permissions_of
from cloud.staff.service import find_signed_in
from tests.integration.club import Club, open_club
from tests.integration.permissions_of_api import ANYBODY, API, SIGNED_IN
from tests.integration.permissions_of_pages import PAGES

CHANGES_PAGES: Final = [name for name in PAGES if name.startswith("POST") and PAGES[name] != ANYBODY]


@pytest.fixture
def club(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Club]:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    club = open_club(database)
    club.app.state.open_streams = OpenStreams(of_one_max=0)  # who may stream is told so, and does not wait for ever
    yield club
    database.close()


def test_every_address_says_who_may_use_it(club: Club) -> None:
    """All that the application serves, but for its state of health, its own description and the static files."""
    routes = [route for route in club.app.routes if isinstance(route, APIRoute)]
    served = {f"{method} {route.path}" for route in routes for method in route.methods or ()}
    assert served - {"GET /healthz", "GET /readyz"} == {name.replace(" ", f" {API_PREFIX}") for name in API} | set(
        PAGES
    )
    others = {getattr(route, "path", None) for route in club.app.routes if not isinstance(route, APIRoute)}
    assert others == {f"{API_PREFIX}/openapi.json", "/static"}


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


def test_no_form_is_taken_without_the_csrf_token_of_the_session(club: Club) -> None:
    browser, _ = _sign_in(club, "administrator")
    other, other_token = _sign_in(club, "administrator", is_hired=True)
    assert other.cookies != browser.cookies
    for name in CHANGES_PAGES:
        for token in ("", "guess", other_token):
            assert _call(browser, name, data={"csrf_token": token}).status_code == 403, name


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
