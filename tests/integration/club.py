"""A small club for tests of the API: one site, and clients that are signed in."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI

from cloud.app import attach, build_app
from cloud.audit.service import Actor
from cloud.database import Database
from cloud.kit.ids import new_id
from cloud.kit.passwords import hash_password
from cloud.settings import Address, Settings
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from cloud.staff.models import Staff, StaffSession
from cloud.staff.service import SESSION_LIFE

SECRET = bytes(range(32))
PASSWORD = "correct horse battery"
SYSTEM = Actor("system", "test")
Json = dict[str, Any]


def day(offset: int = 0) -> str:
    """A day as the club counts it, from today; also where the test begins before midnight and ends after it."""
    return (datetime.now(ZoneInfo("Europe/Rome")).date() + timedelta(days=offset)).isoformat()


def make_settings(**changes: Any) -> Settings:
    """Settings that reach nothing outside the test."""
    nowhere = Address("127.0.0.1", 1)
    values: dict[str, Any] = {
        "database_url": "sqlite://",
        "secret": SECRET,
        "authority_dir": None,
        "broker": nowhere,
        "broker_certificate": None,
        "broker_key": None,
        "listen": nowhere,
        "tls_listen": None,
        "tls_certificate": None,
        "tls_key": None,
        "public_broker": nowhere,
    }
    return Settings(**(values | changes))


class AppTransport(httpx.BaseTransport):
    """Lets a synchronous client call an ASGI application, without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def call() -> httpx.Response:
            answer = await self._transport.handle_async_request(request)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        return asyncio.run(call())


@dataclass
class Club:
    """The site, the application on its database, and ways to call it."""

    app: FastAPI
    database: Database
    site_id: str

    def hire(self, role: str) -> str:
        """Add somebody with this role and `PASSWORD`; returns their id. Their address is `{role}@club.test`."""
        with self.database.transaction() as session:
            person = Staff(
                id=new_id("stf"),
                email=f"{role}@club.test",
                name=role.title(),
                password_hash=_hashed(),
                locale="en",
                role=role,
                is_active=True,
                created_at=session.now,
            )
            session.add(person)
            return person.id

    def client(self, role: str | None = None) -> httpx.Client:
        """Somebody who calls the API: a stranger, or somebody hired for the role, with the token of a session."""
        client = httpx.Client(transport=AppTransport(self.app), base_url="https://club.test")
        if role:
            token = f"token of {role}"
            staff_id = self.hire(role)
            with self.database.transaction() as session:
                opened = StaffSession(
                    id=new_id("ses"),
                    staff_id=staff_id,
                    token_hash=hashlib.sha256(token.encode()).digest(),
                    user_agent="",
                    created_at=session.now,
                    expires_at=session.now + SESSION_LIFE,
                )
                session.add(opened)
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    def browser(self, role: str) -> httpx.Client:
        """Somebody who was hired for the role, signed in at the console."""
        browser = self.client()
        answer = browser.post("/sign-in", data={"email": f"{role}@club.test", "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def open_club(database: Database, authority_dir: Path | None = None) -> Club:
    """Create the site, and attach the application that all tests share; staff are hired when they are needed."""
    with database.transaction() as session:
        site = sites.create_site(session, SYSTEM, SiteRules("Club", "Europe/Rome", "it"), SECRET)
    app = _application()
    attach(app, make_settings(authority_dir=authority_dir), database)
    return Club(app, database, site.id)


@cache
def _application() -> FastAPI:
    return build_app()  # its hundreds of routes are prepared when first used: once is enough


def add_member(club: Club, client: httpx.Client, **details: Any) -> Json:
    """Add a member through the API."""
    body = {"site_id": club.site_id, "first_name": "Anna", "last_name": "Rossi"} | details
    answer = client.post("/api/v1/members", json=body)
    assert answer.status_code == 201, answer.text
    member: Json = answer.json()
    return member
