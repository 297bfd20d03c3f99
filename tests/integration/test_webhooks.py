"""Webhooks from the change to the receiver: signed, tried again, given up, stopped, and never sent inside."""

import asyncio
import base64
import http.server
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from cloud.audit.models import AuditEntry
from cloud.database import Database
from cloud.settings import Settings
from cloud.webhooks import policy
from cloud.webhooks.delivering import deliver_some, keep_delivering
from cloud.webhooks.models import Webhook, WebhookDelivery
from tests.integration.club import Club, add_member, make_settings, open_club


class Receiver:
    """A real server that remembers what it got, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.may_answer = threading.Event()
        self.may_answer.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                receiver.may_answer.wait(20)
                self.send_response(receiver.status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?club=1"
        self._thread = threading.Thread(target=self.server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@dataclass
class Scene:
    club: Club
    settings: Settings
    client: httpx.Client
    receiver: Receiver

    def subscribe(self, *kinds: str) -> dict[str, Any]:
        answer = self.client.post("/api/v1/webhooks", json={"url": self.receiver.url, "kinds": kinds or policy.KINDS})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def deliver(self) -> int:
        return asyncio.run(deliver_some(self.settings, self.club.database))

    def hurry(self) -> None:
        with self.club.database.transaction() as session:
            session.execute(update(WebhookDelivery).values(next_attempt_at=session.now - timedelta(seconds=1)))

    def log(self) -> list[WebhookDelivery]:
        with self.club.database.session() as session:
            return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


@pytest.fixture
def scene(database: Database) -> Iterator[Scene]:
    club = open_club(database)
    settings = make_settings(webhooks_may_be_private=True)
    club.app.state.settings = settings
    receiver = Receiver()
    yield Scene(club, settings, club.client("administrator"), receiver)
    receiver.close()


def test_the_audit_log_tells_the_host_and_not_the_secret_part_of_an_address(scene: Scene) -> None:
    made = scene.subscribe()
    assert scene.client.delete(f"/api/v1/webhooks/{made['id']}").status_code == 204
    with scene.club.database.session() as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.entity_kind == "webhook")).all()
    address = scene.receiver.url.removesuffix("/in?club=1")
    assert [(entry.before or entry.after or {})["url"] for entry in told] == [address, address]


def test_receivers_that_do_not_answer_let_nobody_else_wait(scene: Scene) -> None:
    made = scene.subscribe()
    for _ in range(8):
        scene.client.post(f"/api/v1/webhooks/{made['id']}/test")
    scene.receiver.may_answer.clear()

    async def look() -> int:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        sending = asyncio.ensure_future(deliver_some(scene.settings, scene.club.database))
        try:
            while len(scene.receiver.got) < 8:
                await asyncio.wait_for(asyncio.to_thread(int), timeout=5)
        finally:
            scene.receiver.may_answer.set()
        return await sending

    assert asyncio.run(look()) == 8


def test_what_happens_is_told_signed_with_ids_alone(scene: Scene) -> None:
    made = scene.subscribe("member.changed", "flag.raised")
    member = add_member(scene.club, scene.client, first_name="Serafina")
    scene.client.post(f"/api/v1/members/{member['id']}/flags", json={"effect": "block"})
    assert scene.deliver() == 2
    told = [json.loads(body) for _, body in scene.receiver.got]
    assert {each["type"] for each in told} == {"member.changed", "flag.raised"}
    assert all(each["data"]["member_id"] == member["id"] for each in told)
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    for headers, body in scene.receiver.got:
        at = int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == policy.signature(secret, headers["webhook-id"], at, body)
        assert b"Serafina" not in body
    assert {each.state for each in scene.log()} == {"delivered"}
    assert scene.deliver() == 0


def test_nothing_is_told_of_what_was_rolled_back_or_not_asked_for(scene: Scene) -> None:
    scene.subscribe("flag.raised")
    add_member(scene.club, scene.client)
    scene.client.post("/api/v1/members", json={"site_id": "sit_none", "first_name": "A", "last_name": "B"})
    assert scene.deliver() == 0


def test_what_is_not_taken_is_tried_again_under_its_id_and_given_up_in_the_end(scene: Scene) -> None:
    scene.subscribe("member.changed")
    add_member(scene.club, scene.client)
    scene.receiver.status = 302  # no redirect is followed
    for count in range(1, len(policy.RETRY_AFTER) + 2):
        assert scene.deliver() == 1
        assert scene.deliver() == 0, "not before its time"
        (delivery,) = scene.log()
        assert (delivery.attempt_count, delivery.last_status) == (count, 302)
        scene.hurry()
    assert (scene.log()[0].state, scene.deliver()) == ("given_up", 0)
    assert len({headers["webhook-id"] for headers, _ in scene.receiver.got}) == 1
    scene.receiver.status = 204
    again = scene.client.post(f"/api/v1/webhook-deliveries/{scene.log()[0].id}/send-again")
    assert (again.status_code, scene.deliver(), scene.log()[0].state) == (200, 1, "delivered")


def test_one_who_is_gone_is_told_no_more(scene: Scene) -> None:
    made = scene.subscribe("member.changed")
    add_member(scene.club, scene.client)
    scene.receiver.status = 410
    scene.deliver()
    add_member(scene.club, scene.client)
    assert scene.deliver() == 0
    (webhook,) = scene.client.get("/api/v1/webhooks").json()["items"]
    assert (webhook["is_active"], "secret" in webhook) == (False, False)
    log = scene.client.get(f"/api/v1/webhooks/{made['id']}/deliveries").json()["items"]
    assert [(each["state"], each["last_status"]) for each in log] == [("given_up", 410)]
    assert scene.client.delete(f"/api/v1/webhooks/{made['id']}").status_code == 204
    assert scene.log() == []


def test_the_inside_of_the_network_is_out_of_reach_unless_it_is_allowed(scene: Scene) -> None:
    scene.subscribe("member.changed")
    add_member(scene.club, scene.client)
    scene.settings = replace(scene.settings, webhooks_may_be_private=False)
    with scene.club.database.transaction() as session:
        port = scene.receiver.server.server_port
        session.execute(update(Webhook).values(url=f"https://localhost:{port}/in"))
    assert scene.deliver() == 1
    (delivery,) = scene.log()
    assert (delivery.state, "may not reach" in delivery.last_error, scene.receiver.got) == ("waiting", True, [])
    scene.club.app.state.settings = scene.settings
    refused = scene.client.post("/api/v1/webhooks", json={"url": scene.receiver.url, "kinds": ["task.changed"]})
    assert refused.status_code == 422


def test_the_worker_sends_by_itself(scene: Scene) -> None:
    scene.subscribe("member.changed")

    async def work() -> None:
        task = asyncio.create_task(keep_delivering(scene.settings, scene.club.database))
        await asyncio.to_thread(add_member, scene.club, scene.client)
        async with asyncio.timeout(20):
            while not scene.receiver.got:
                await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())


def test_only_those_who_may_make_api_keys_may_subscribe(scene: Scene) -> None:
    assert scene.club.client("receptionist").get("/api/v1/webhooks").status_code == 403
