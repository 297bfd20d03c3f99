"""Whatever JSON is sent to whatever endpoint: an answer below 500, and a problem where it is a refusal."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud import bus
from cloud.database import Database
from cloud.tables import METADATA
from tests.integration.club import Club, add_member, open_club

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
IDS = st.text(min_size=1, max_size=30) | st.sampled_from(["mem_none", "%00", "..", "\x00", "é", "a" * 300])


@pytest.fixture(scope="module")
def club() -> Iterator[Club]:
    database = Database("sqlite://", dispatch=bus.dispatch)
    METADATA.create_all(database.engine)
    yield open_club(database)
    database.close()


@pytest.fixture(scope="module")
def caller(club: Club) -> "Caller":
    return Caller(club)


class Caller:
    """Calls endpoints of the OpenAPI document with drawn parameters, as an administrator."""

    def __init__(self, club: Club) -> None:
        self._client = club.client("administrator")
        self._document = self._client.get("/api/v1/openapi.json").json()
        member = add_member(club, self._client)
        contract = {"plan_name": "Year", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
        address = f"/api/v1/members/{member['id']}"
        self._known_ids = {
            "member_id": member["id"],
            "site_id": club.site_id,
            "contract_id": self._client.post(f"{address}/contracts", json=contract).json()["id"],
            "credential_id": self._client.post(f"{address}/credentials", json={"card_number": 1}).json()["id"],
            "flag_id": self._client.post(f"{address}/flags", json={"effect": "block"}).json()["id"],
        }
        # Signing out would end the test's own session, and the stream never ends by itself.
        left_out = {("delete", "/api/v1/sessions"), ("get", "/api/v1/access-events/stream")}
        self.operations = sorted(
            (method, path)
            for path, operations in self._document["paths"].items()
            for method in operations
            if (method, path) not in left_out
        )

    def call(self, method: str, path: str, data: st.DataObject) -> httpx.Response:
        operation = self._document["paths"][path][method]
        query: dict[str, str] = {}
        for parameter in operation.get("parameters", ()):
            name = parameter["name"]
            if parameter["in"] == "path":
                drawn = data.draw(st.just(self._known_ids.get(name, "x")) | IDS, label=name)
                path = path.replace(f"{{{name}}}", _quoted(drawn))
            elif parameter["in"] == "query" and data.draw(st.booleans()):
                query[name] = data.draw(st.text(alphabet=st.characters(codec="utf-8")) | st.just("5"), label=name)
        content = b""
        if "requestBody" in operation:
            body = data.draw(ANY_JSON | self._near(operation["requestBody"]), label="body")
            content = json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        return self._client.request(method.upper(), path, params=query, content=content, headers=headers)

    def _near(self, request_body: dict[str, Any]) -> st.SearchStrategy[Any]:
        """Objects with the right names and often the right types: these come deepest."""
        reference = request_body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        properties = self._document["components"]["schemas"][reference]["properties"]
        return st.fixed_dictionaries({}, optional={name: self._value(schema) for name, schema in properties.items()})

    def _value(self, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
        values = [ANY_JSON, *(st.just(example) for example in schema.get("examples", ()))]
        for option in schema.get("anyOf", [schema]):
            if "enum" in option:
                values.append(st.sampled_from(option["enum"]))
            if option.get("format") == "date":
                values.append(st.dates().map(str))
            if option.get("format") == "date-time":
                values.append(st.datetimes().map(lambda at: f"{at.isoformat()}Z"))
            if option.get("type") == "integer":
                values.append(st.integers(option.get("minimum", -5), option.get("maximum", 10**6)))
        return st.one_of(values)


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_json_is_answered_without_a_fault(caller: Caller, data: st.DataObject) -> None:
    method, path = data.draw(st.sampled_from(caller.operations))
    answer = caller.call(method, path, data)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
