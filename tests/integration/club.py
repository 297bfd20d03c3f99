"""A small club for tests of the API: one site, and clients that are signed in."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from cloud.app import create_app
from cloud.audit.service import Actor
from cloud.database import Database
from cloud.settings import Address, Settings
from cloud.sites import service as sites
from cloud.sites.service import SiteRules
from cloud.staff import service as staff
from cloud.staff.service import StaffDetails

SECRET = bytes(range(32))
PASSWORD = "correct horse battery"
SYSTEM = Actor("system", "test")
Json = dict[str, Any]


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
        """Add somebody with this role and `PASSWORD`; returns their e-mail address."""
        email = f"{role}@club.test"
        with self.database.transaction() as session:
            details = StaffDetails(email=email, name=role.title(), role=role)
            staff.create_staff(session, SYSTEM, details, password=PASSWORD)
        return email

    def client(self, role: str | None = None) -> httpx.Client:
        """Somebody who calls the API: a stranger, or somebody hired for the role and signed in by a bearer token."""
        client = httpx.Client(transport=AppTransport(self.app), base_url="https://club.test")
        if role:
            body = {"email": self.hire(role), "password": PASSWORD}
            answer = client.post("/api/v1/sessions", json=body)
            assert answer.status_code == 201, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return client


def open_club(database: Database, authority_dir: Path | None = None) -> Club:
    """Create the site and the application; staff are hired when they are needed."""
    with database.transaction() as session:
        site = sites.create_site(session, SYSTEM, SiteRules("Club", "Europe/Rome", "it"), SECRET)
    return Club(create_app(make_settings(authority_dir=authority_dir), database), database, site.id)


def add_member(club: Club, client: httpx.Client, **details: Any) -> Json:
    """Add a member through the API."""
    body = {"site_id": club.site_id, "first_name": "Anna", "last_name": "Rossi"} | details
    answer = client.post("/api/v1/members", json=body)
    assert answer.status_code == 201, answer.text
    member: Json = answer.json()
    return member
