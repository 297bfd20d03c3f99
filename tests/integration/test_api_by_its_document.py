"""Every operation of the OpenAPI document, called with what the document allows and with ids that exist: no answer is a
fault, and each is one that the document promises, by its status, its media type and its schema."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cloud import bus
from cloud.database import Database
from cloud.event_stream import OpenStreams
from tests.integration.club import open_club
from tests.integration.test_api_any_json import Caller

CHECKS: Final[list[Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES_MAX: Final = 3
METHODS: Final = ("post", "get", "put", "patch", "delete")
LAST: Final = re.compile(r"/(erasure|merge|withdrawal|sessions)$")
"""What takes away from others, or signs out."""
COLLECTION: Final = re.compile(r"([\w-]+)/\{(\w+)\}")


class Visitor:
    """The owner, who knows an id of each noun as soon as one was made or listed."""

    def __init__(self, database: Database) -> None:
        club = open_club(database)
        caller = Caller(club)
        club.app.state.open_streams = OpenStreams(of_one_max=0)  # a stream is refused, and does not wait for ever
        self.client = club.client("owner")
        self.document = caller.document
        self.ids = {**caller.known_ids, "staff_id": club.hire("trainer")}
        self._params = {noun: name for path in self.document["paths"] for noun, name in COLLECTION.findall(path)}
        self.called: Counter[str] = Counter()

    def call(self, case: Any) -> None:
        if isinstance(case.body, dict):
            case.body = {name: self.ids.get(name, value) for name, value in case.body.items()}
        kwargs = case.as_transport_kwargs(base_url="http://test")
        kwargs["headers"] = {name: value for name, value in kwargs["headers"].items() if name.lower() != "user-agent"}
        sent = {name: value for name, value in kwargs.items() if name in {"params", "headers", "json", "data"}}
        body = sent.pop("data", None)
        sent["content" if isinstance(body, bytes | str) else "data"] = body
        answer = self.client.request(kwargs["method"], kwargs["url"], **sent)
        answer.elapsed = timedelta()  # it came without a network
        case.validate_response(answer, checks=CHECKS)
        self.called[case.operation.label] += 1
        self._learn(case.operation.path, answer)

    def _learn(self, path: str, answer: httpx.Response) -> None:
        name = self._params.get(path.rpartition("/")[2])
        if name is None or answer.is_error or "json" not in answer.headers.get("content-type", ""):
            return
        found = answer.json()
        items = found.get("items", [found]) if isinstance(found, dict) else []
        if items and isinstance(items[0], dict) and "id" in items[0]:
            self.ids.setdefault(name, items[0]["id"])


@pytest.fixture
def visitor(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Visitor]:
    shutil.copy(migrated_sqlite, tmp_path / "tornello.db")
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    yield Visitor(database)
    database.close()


def test_every_operation_answers_as_the_document_says(visitor: Visitor) -> None:
    schema = schemathesis.openapi.from_dict(visitor.document)
    operations: list[Any] = [
        schema[path][method] for path, methods in visitor.document["paths"].items() for method in methods
    ]
    operations.sort(key=lambda each: (bool(LAST.search(each.path)), METHODS.index(each.method)))
    wrong: list[str] = []
    for operation in operations:
        known = {name: visitor.ids[name] for name in re.findall(r"\{(\w+)\}", operation.path) if name in visitor.ids}
        cases = operation.as_strategy(path_parameters=known)

        @settings(
            max_examples=EXAMPLES_MAX,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def visit(case: Any) -> None:
            visitor.call(case)

        try:
            visit()
        except Exception as error:  # each is reported
            wrong.append(f"{operation.label}: {error!s:.600} {getattr(error, 'exceptions', '')!s:.600}")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong)
    assert set(visitor.called) == {each.label for each in operations}
