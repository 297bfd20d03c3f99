"""Whatever JSON is sent to whatever endpoint: an answer below 500, and a problem where it is a refusal.

Most drawn requests nearly fit the OpenAPI document, so that they come deep."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud.database import Database
from cloud.kit.ids import new_id
from cloud.sites import service as sites
from tests.integration.club import SYSTEM, Club, add_member, open_club

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters())
    | st.sampled_from(["\x00", "\ud800", "2026-02-30", "9999-12-31", "0001-01-01T00:00:00Z", 2**63, -1, 10**400])
)
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)
MOSTLY = st.integers(0, 9).map(lambda number: number > 0)
IDS = st.text(min_size=1, max_size=30) | st.sampled_from(["mem_none", "%00", "..", "\x00", "é", "a" * 300])


@pytest.fixture
def caller(database: Database) -> "Caller":
    return Caller(open_club(database))


class Caller:
    """Calls endpoints of the OpenAPI document with drawn parameters, as an administrator."""

    def __init__(self, club: Club) -> None:
        self._client = club.client("administrator")
        self.document = self._client.get("/api/v1/openapi.json").json()
        member = add_member(club, self._client)
        contract = {"plan_name": "Year", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
        address = f"/api/v1/members/{member['id']}"
        self.known_ids = {
            "member_id": member["id"],
            "site_id": club.site_id,
            "contract_id": self._client.post(f"{address}/contracts", json=contract).json()["id"],
            "credential_id": self._client.post(f"{address}/credentials", json={"card_number": 1}).json()["id"],
            "flag_id": self._client.post(f"{address}/flags", json={"effect": "block"}).json()["id"],
        }
        site = f"/api/v1/sites/{club.site_id}"
        day = {"day": "2026-12-25", "kind": "holiday", "name": "Christmas"}
        for name, noun, body in (
            ("zone_id", "zones", {"name": "Spa"}),
            ("schedule_id", "schedules", {"name": "Day", "weekly": [[]] * 7}),
            ("level_id", "access-levels", {"name": "All"}),
            ("special_day_id", "special-days", day),
        ):
            self.known_ids[name] = self._client.post(f"{site}/{noun}", json=body).json()["id"]
        tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%F}"
        activity = self._client.post("/api/v1/activities", json={"name": "Pilates"}).json()["id"]
        room = self._client.post(f"{site}/rooms", json={"name": "Studio", "seats": 1}).json()["id"]
        planned = {"activity_id": activity, "room_id": room, "first_on": tomorrow, "starts": "18:00", "minutes": 60}
        held = self._client.post(f"{site}/class-sessions", json=planned).json()["items"][0]["id"]
        booking = self._client.post(f"{address}/bookings", json={"session_id": held}).json()["id"]
        self.known_ids |= {"activity_id": activity, "room_id": room, "session_id": held, "booking_id": booking}
        other = self._client.post("/api/v1/members", json={"site_id": club.site_id, "first_name": "Eva"}).json()["id"]
        entry = self._client.post(f"/api/v1/members/{other}/waiting", json={"session_id": held}).json()["id"]
        self.known_ids["entry_id"] = entry
        kind = self._client.post("/api/v1/action-types", json={"name": "Call"}).json()["id"]
        task = self._client.post(f"{address}/tasks", json={"action_type_id": kind}).json()["id"]
        self.known_ids |= {"type_id": kind, "action_type_id": kind, "task_id": task}
        with club.database.transaction() as unit:
            lane = sites.create_lane(unit, SYSTEM, club.site_id, "Lane 1")
            self.known_ids |= {"lane_id": lane.id, "gateway_id": sites.add_gateway(unit, lane, new_id("gwy"), "1").id}
        # Signing out would end the test's own session, and the stream never ends by itself.
        left_out = {("delete", "/api/v1/sessions"), ("get", "/api/v1/access-events/stream")}
        self.operations = sorted(
            (method, path)
            for path, operations in self.document["paths"].items()
            for method in operations
            if (method, path) not in left_out
        )

    def call(self, method: str, path: str, data: st.DataObject) -> httpx.Response:
        operation = self.document["paths"][path][method]
        query: dict[str, str] = {}
        for parameter in operation.get("parameters", ()):
            name = parameter["name"]
            if parameter["in"] == "path":
                known = st.just(self.known_ids.get(name, "x"))
                drawn = data.draw(known if data.draw(MOSTLY) else IDS, label=name)
                path = path.replace(f"{{{name}}}", _quoted(drawn))
            elif parameter["in"] == "query" and not data.draw(MOSTLY):
                query[name] = data.draw(st.text(alphabet=st.characters(codec="utf-8")) | st.just("5"), label=name)
        content = b""
        if "requestBody" in operation:
            near = self._near(operation["requestBody"])
            body = data.draw(near if data.draw(MOSTLY) else ANY_JSON, label="body")
            content = json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        return self._client.request(method.upper(), path, params=query, content=content, headers=headers)

    def _near(self, request_body: dict[str, Any]) -> st.SearchStrategy[Any]:
        """Objects with the right names and often the right types: these come deepest."""
        schema_of_json = request_body["content"].get("application/json", {}).get("schema", {})
        reference = schema_of_json.get("$ref", "").rpartition("/")[2]
        if not reference:  # a file, or whatever an outside system sends
            return ANY_JSON
        schema = self.document["components"]["schemas"][reference]
        values = {name: self._value(name, value) for name, value in schema["properties"].items()}
        required = {name: values.pop(name) for name in schema.get("required", ())}
        return st.fixed_dictionaries(required, optional=values)

    def _value(self, name: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
        values: list[st.SearchStrategy[Any]] = [st.just(example) for example in schema.get("examples", ())]
        if name in self.known_ids:
            values = [st.just(self.known_ids[name])]
        for option in schema.get("anyOf", [schema]):
            if "enum" in option:
                values.append(st.sampled_from(option["enum"]))
            elif option.get("format") == "date":
                values.append(st.dates().map(str))
            elif option.get("format") == "date-time":
                values.append(st.datetimes().map(lambda at: f"{at.isoformat()}Z"))
            elif option.get("type") == "integer":
                values.append(st.integers(option.get("minimum", -5), option.get("maximum", 10**6)))
            elif option.get("type") == "string":
                values.append(st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=20))
        fitting = st.one_of(values) if values else ANY_JSON
        return MOSTLY.flatmap(lambda is_fitting: fitting if is_fitting else ANY_JSON)


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_json_is_answered_without_a_fault(caller: Caller, data: st.DataObject) -> None:
    method, path = data.draw(st.sampled_from(caller.operations))
    answer = caller.call(method, path, data)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
