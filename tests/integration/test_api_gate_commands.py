"""Commands to lanes over HTTP and in the console: who may, once, only to a gateway that is there, audited."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from cloud.audit.models import AuditEntry
from cloud.audit.service import find_break
from cloud.database import Database
from cloud.gate_commands import diagnostics
from cloud.gate_commands import service as gate_commands
from cloud.gate_commands.policy import PERMISSIONS
from cloud.kit.ids import new_id
from cloud.sites import service as sites
from cloud.sites.service import GatewayReport
from sync_protocol.errors import MalformedMessageError
from sync_protocol.gate_commands import ChangeMode, CommandOutcome, MoveBroker, OpenOnce, UpdateSoftware
from sync_protocol.messages import Command, CommandResult, DiagnosticsPart
from tests.club import gateway_of
from tests.integration.club import SYSTEM, Club, open_club
from tests.release_signing import Builder, release_of

RELEASE = Builder().sign(release_of(b"package", "1.1.0"))
PACKAGE_URL = "https://releases.club.example/tornello-gateway_1.1.0_arm64.deb"
OPEN = {"kind": "open_once", "direction": "in", "request_id": "request-1"}


class Gate:
    """A lane whose gateway was heard just now."""

    def __init__(self, club: Club) -> None:
        self.club = club
        with club.database.transaction() as session:
            lane = sites.create_lane(session, SYSTEM, club.site_id, "Lane 1")
            self.lane_id = lane.id
            self.gateway_id = sites.add_gateway(session, lane, new_id("gwy"), "1").id
        self.say("run-a")

    @property
    def address(self) -> str:
        return f"/api/v1/lanes/{self.lane_id}/commands"

    def say(self, run_id: str) -> None:
        with self.club.database.transaction() as session:
            report = GatewayReport("boot", "synced", (0, 0), "1.0", run_id=run_id)
            sites.record_report(session, gateway_of(session, self.gateway_id), report)

    def send(self) -> list[Command]:
        """What the link would send now."""
        with self.club.database.transaction() as session:
            return [each.command for each in gate_commands.take_due(session)]

    def answer(self, command_id: str, outcome: CommandOutcome = "done", detail: str = "") -> None:
        with self.club.database.transaction() as session:
            now_ms = int(session.now.timestamp() * 1000)
            result = CommandResult(command_id, outcome, now_ms, "synced", detail)
            gate_commands.take_result(session, gateway_of(session, self.gateway_id), result)

    def bring(self, command_id: str, *parts: bytes, count: int | None = None) -> None:
        with self.club.database.transaction() as session:
            for index, data in enumerate(parts):
                part = DiagnosticsPart(command_id, index, count or len(parts), data)
                diagnostics.take_part(session, gateway_of(session, self.gateway_id), part)

    def audited(self) -> list[tuple[str, str]]:
        with self.club.database.session() as session:
            assert find_break(session) is None
            entries = session.scalars(
                select(AuditEntry).where(AuditEntry.entity_kind == "gate_command").order_by(AuditEntry.seq)
            )
            return [(entry.actor_kind, str((entry.after or {})["state"])) for entry in entries]


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def gate(club: Club) -> Gate:
    return Gate(club)


@pytest.fixture
def desk(club: Club) -> httpx.Client:
    return club.client("receptionist")


def test_a_command_is_sent_once_and_its_answer_shown(gate: Gate, desk: httpx.Client) -> None:
    asked = desk.post(gate.address, json=OPEN)
    assert (asked.status_code, asked.json()["state"]) == (201, "asked")
    (sent,) = gate.send()
    assert (sent.action, sent.run_id, sent.lane_id, sent.by) == (
        OpenOnce("in"),
        "run-a",
        gate.lane_id,
        asked.json()["asked_by"],
    )
    assert sent.expires_at_ms - sent.issued_at_ms == 10_000
    assert gate.send() == []
    gate.answer(sent.command_id)
    shown = desk.get(f"/api/v1/commands/{sent.command_id}").json()
    assert (shown["state"], shown["detail"], shown["arguments"]) == ("done", "", {"direction": "in"})
    assert shown["ended_at"] is not None
    assert [each["id"] for each in desk.get(gate.address).json()["items"]] == [sent.command_id]
    assert gate.audited() == [("staff", "asked"), ("gateway", "done")]


def test_asking_twice_with_the_same_request_is_asking_once(gate: Gate, desk: httpx.Client) -> None:
    first, second = (desk.post(gate.address, json=OPEN).json() for _ in range(2))
    assert first["id"] == second["id"]
    assert len(gate.send()) == 1
    other = desk.post(gate.address, json={**OPEN, "direction": "out"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:tornello:problem:request_id_used")


def test_a_gateway_that_is_not_there_misses_it_at_once(club: Club, gate: Gate, desk: httpx.Client) -> None:
    with club.database.transaction() as session:
        gateway_of(session, gate.gateway_id).last_seen_at = None
    asked = desk.post(gate.address, json=OPEN).json()
    assert (asked["state"], asked["detail"]) == ("missed", "gateway_offline")
    gate.say("run-a")
    assert gate.send() == []
    assert gate.audited() == [("staff", "missed")]


def test_a_gateway_of_an_older_version_is_not_sent_what_it_does_not_know(gate: Gate, desk: httpx.Client) -> None:
    gate.say("")
    asked = desk.post(gate.address, json=OPEN).json()
    assert (asked["state"], asked["detail"]) == ("missed", "gateway_too_old")


def test_a_lane_without_a_gateway_takes_no_command(club: Club, desk: httpx.Client) -> None:
    with club.database.transaction() as session:
        lane_id = sites.create_lane(session, SYSTEM, club.site_id, "Lane 9").id
    assert desk.post(f"/api/v1/lanes/{lane_id}/commands", json=OPEN).status_code == 409
    assert desk.post("/api/v1/lanes/lan_nowhere/commands", json=OPEN).status_code == 404


def test_too_many_unanswered_commands_are_refused(gate: Gate, desk: httpx.Client) -> None:
    answers = [desk.post(gate.address, json=OPEN | {"request_id": f"request-{n}"}) for n in range(9)]
    assert [answer.status_code for answer in answers] == [201] * 8 + [409]


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("receptionist", {"open_once"}),
        ("manager", {"open_once", "lane_mode", "evacuation_end"}),
        ("installer", {"identify", "restart", "collect_diagnostics", "move_broker", "update_software"}),
        (
            "administrator",
            set(PERMISSIONS),
        ),
    ],
)
def test_each_role_may_order_its_own(club: Club, gate: Gate, role: str, kinds: set[str]) -> None:
    client = club.client(role)
    more: dict[str, dict[str, str]] = {
        "open_once": {"direction": "in"},
        "lane_mode": {"mode": "locked"},
        "move_broker": {"broker": "mqtt.club.example:8883"},
        "update_software": {"url": PACKAGE_URL, "release": RELEASE},
    }
    allowed = set()
    for kind in PERMISSIONS:
        body = {"kind": kind, "request_id": f"request-{kind}"} | more.get(kind, {})
        answer = client.post(gate.address, json=body)
        assert answer.status_code in {201, 403}, answer.text
        if answer.status_code == 201:
            allowed.add(kind)
    assert allowed == kinds


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "open_once"},
        {"kind": "identify", "direction": "in"},
        {"kind": "lane_mode"},
        {"kind": "lane_mode", "mode": "evacuation"},
        {"kind": "lane_mode", "mode": "normal", "minutes": 5},
        {"kind": "lane_mode", "mode": "locked", "minutes": 0},
        {"kind": "open_once", "direction": "in", "request_id": "short"},
        {"kind": "move_broker"},
        {"kind": "restart", "broker": "mqtt.club.example:8883"},
        {"kind": "move_broker", "broker": "mqtt.club.example"},
        {"kind": "move_broker", "broker": "mqtt.club.example:0"},
        {"kind": "move_broker", "broker": "mqtt.club.example:99999"},
        {"kind": "move_broker", "broker": "mqtt.club.example:88 83"},
        {"kind": "move_broker", "broker": "mqtt://club.example:8883"},
        {"kind": "update_software"},
        {"kind": "update_software", "url": PACKAGE_URL},
        {"kind": "update_software", "release": RELEASE},
        {"kind": "restart", "url": PACKAGE_URL, "release": RELEASE},
        {"kind": "update_software", "url": "http://releases.club.example/a.deb", "release": RELEASE},
        {"kind": "update_software", "url": "https://releases.club.example/a b.deb", "release": RELEASE},
        {"kind": "update_software", "url": PACKAGE_URL, "release": RELEASE.splitlines()[0]},
    ],
)
def test_a_command_that_makes_no_sense_is_refused(club: Club, gate: Gate, body: dict[str, object]) -> None:
    answer = club.client("administrator").post(gate.address, json={"request_id": "request-1", **body})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("text", "host"), [("mqtt.club.example:8883", "mqtt.club.example"), ("[2001:db8::1]:8883", "2001:db8::1")]
)
def test_a_broker_is_named_by_host_and_port(club: Club, gate: Gate, text: str, host: str) -> None:
    body = {"kind": "move_broker", "broker": text, "request_id": "request-1"}
    answer = club.client("installer").post(gate.address, json=body)
    assert answer.json()["arguments"] == {"host": host, "port": 8883}
    (sent,) = gate.send()
    assert sent.action == MoveBroker(host, 8883)


def test_minutes_become_an_end(club: Club, gate: Gate) -> None:
    body = {"kind": "lane_mode", "mode": "free_passage", "minutes": 30, "request_id": "request-1"}
    club.client("manager").post(gate.address, json=body)
    (sent,) = gate.send()
    assert isinstance(sent.action, ChangeMode)
    assert sent.action.until is not None
    assert sent.action.until == sent.issued_at_ms // 1000 + 1800


def test_what_nobody_answers_is_missed_and_a_late_answer_is_believed(gate: Gate, desk: httpx.Client) -> None:
    command_id = desk.post(gate.address, json=OPEN).json()["id"]
    gate.send()
    later(gate, command_id)
    assert desk.get(f"/api/v1/commands/{command_id}").json()["detail"] == "no_answer"
    assert gate.send() == []
    assert gate.audited()[-1] == ("system", "missed")
    gate.answer(command_id)
    assert desk.get(f"/api/v1/commands/{command_id}").json()["state"] == "done"


def test_what_could_not_be_sent_in_time_is_never_sent(gate: Gate, desk: httpx.Client) -> None:
    command_id = desk.post(gate.address, json=OPEN).json()["id"]
    later(gate, command_id)
    assert gate.send() == []
    assert desk.get(f"/api/v1/commands/{command_id}").json()["detail"] == "not_sent"
    gate.answer(command_id)
    assert desk.get(f"/api/v1/commands/{command_id}").json()["state"] == "missed"


def test_another_gateway_cannot_answer(club: Club, gate: Gate, desk: httpx.Client) -> None:
    command_id = desk.post(gate.address, json=OPEN).json()["id"]
    gate.send()
    Gate(club).answer(command_id)
    assert desk.get(f"/api/v1/commands/{command_id}").json()["state"] == "sent"


def test_diagnostics_are_kept_until_the_next(club: Club, gate: Gate) -> None:
    installer = club.client("installer")
    collect = {"kind": "collect_diagnostics", "request_id": "request-1"}
    first = installer.post(gate.address, json=collect).json()["id"]
    gate.bring(first, b"unasked")
    gate.send()
    gate.bring(first, b"one", b"two")
    gate.answer(first)
    saved = installer.get(f"/api/v1/commands/{first}/diagnostics")
    assert (saved.content, saved.headers["content-type"]) == (b"onetwo", "application/gzip")
    second = installer.post(gate.address, json=collect | {"request_id": "request-2"}).json()["id"]
    gate.send()
    gate.bring(second, b"only one", count=2)
    gate.answer(second)
    assert installer.get(f"/api/v1/commands/{second}").json()["detail"] == "incomplete"
    assert installer.get(f"/api/v1/commands/{second}/diagnostics").status_code == 404
    assert installer.get(f"/api/v1/commands/{first}/diagnostics").status_code == 410


def test_more_parts_than_a_bundle_has_are_refused(gate: Gate) -> None:
    with pytest.raises(MalformedMessageError):
        gate.bring("cmd_x", b"data", count=9)
    with pytest.raises(MalformedMessageError):
        gate.bring("cmd_x", bytes(32 * 1024 + 1))


def test_the_console_orders_shows_the_answer_and_asks_before_what_is_dangerous(club: Club, gate: Gate) -> None:
    club.hire("manager")
    browser = club.browser("manager")
    page = f"/access/lanes/{gate.lane_id}/commands"
    text = browser.get(page).text
    assert "Open once, in" in text
    assert "Restart the gateway" not in text
    token = re.findall(r'name="csrf_token" value="(\w+)"', text)[-1]
    request_id = re.findall(r'name="request_id" value="([\w-]+)"', text)[0]
    form = {"csrf_token": token, "kind": "open_once", "direction": "in", "request_id": request_id}
    assert browser.post(page, data=form).headers["location"] == page
    (sent,) = gate.send()
    gate.answer(sent.command_id, "refused", "lane_busy")
    shown = browser.get(page, headers={"HX-Request": "true"}).text
    assert "Refused by the gateway" in shown
    assert "Somebody is passing, or is about to." in shown
    assert "Manager" in shown
    asking = browser.get(f"{page}/lane_mode").text
    wrong = browser.post(
        page,
        data={"csrf_token": token, "kind": "lane_mode", "mode": "locked", "minutes": "x", "request_id": "request-2"},
    )
    assert "Lockdown: nobody passes" in asking
    assert (wrong.status_code, "whole number of minutes" in wrong.text) == (422, True)
    assert browser.get(f"{page}/restart").status_code == 403
    assert browser.get(f"{page}/explode").status_code == 404


def later(gate: Gate, command_id: str, *, minutes: int = 1) -> None:
    """The command was asked a while ago."""
    with gate.club.database.transaction() as session:
        command = gate_commands.get_command(session, command_id)
        command.asked_at -= timedelta(minutes=minutes)
        command.expires_at -= timedelta(minutes=minutes)


def test_a_broker_is_moved_in_the_console_by_who_services_gateways(club: Club, gate: Gate) -> None:
    club.hire("installer")
    browser = club.browser("installer")
    page = f"/access/lanes/{gate.lane_id}/commands"
    asking = browser.get(f"{page}/move_broker").text
    assert "comes back if it does not hear the cloud there" in asking
    token = re.search(r'name="csrf_token" value="([^"]+)"', asking)
    assert token
    form = {"csrf_token": token[1], "kind": "move_broker", "request_id": "request-1"}
    wrong = browser.post(page, data=form | {"broker": "mqtt.club.example"})
    assert (wrong.status_code, "a colon and a port" in wrong.text) == (422, True)
    assert browser.post(page, data=form | {"broker": "mqtt.club.example:8883"}).headers["location"] == page
    (sent,) = gate.send()
    gate.answer(sent.command_id, "failed", "broker_not_reached")
    shown = browser.get(page).text
    assert "mqtt.club.example:8883" in shown
    assert "The gateway is back at the one before." in shown


def test_an_update_is_ordered_with_address_and_release_file_and_may_be_answered_half_an_hour_later(
    club: Club, gate: Gate
) -> None:
    club.hire("installer")
    browser = club.browser("installer")
    page = f"/access/lanes/{gate.lane_id}/commands"
    asking = browser.get(f"{page}/update_software").text
    assert "only what the release key on it has signed" in asking
    token = re.search(r'name="csrf_token" value="([^"]+)"', asking)
    assert token
    form = {"csrf_token": token[1], "kind": "update_software", "request_id": "request-1", "url": PACKAGE_URL}
    for fields, sentence in (
        ({"url": ""}, "begins with https://"),
        ({"url": "http://club.example/a.deb"}, "begins with https://"),
        ({"release": "<b>"}, "Paste both lines"),
        ({}, "Paste both lines"),
    ):
        wrong = browser.post(page, data=form | fields)
        assert (wrong.status_code, sentence in wrong.text, "<b>" in wrong.text) == (422, True, False)
    pasted = RELEASE.replace("\n", "\r\n")
    assert browser.post(page, data=form | {"release": pasted}).headers["location"] == page
    (sent,) = gate.send()
    assert sent.action == UpdateSoftware("1.1.0", PACKAGE_URL, RELEASE)
    later(gate, sent.command_id, minutes=29)
    gate.send()
    assert "Sent, no answer yet" in browser.get(page).text
    gate.answer(sent.command_id, "failed", "update_rolled_back")
    shown = browser.get(page).text
    assert '<div class="text-secondary">1.1.0</div>' in shown
    assert "the one before is in force again" in shown
    assert gate.audited() == [("staff", "asked"), ("gateway", "failed")]
