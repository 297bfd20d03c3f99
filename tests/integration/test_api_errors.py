"""Every error of the API is a problem, whatever is sent; and the answers carry careful headers."""

import json

import httpx
import pytest
from sqlalchemy import text

from cloud.database import Database
from cloud.kit.asgi_guard import BODY_BYTES_MAX
from tests.integration.club import Club, open_club


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


def is_problem(answer: httpx.Response) -> bool:
    body = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and {"type", "title", "status", "detail", "request_id"} <= body.keys()
        and body["status"] == answer.status_code
        and body["request_id"] == answer.headers["x-request-id"]
    )


def test_an_unknown_address_and_a_wrong_method_are_problems(club: Club) -> None:
    client = club.client()
    missing, wrong = client.get("/api/v1/nothing"), client.put("/api/v1/members")
    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert is_problem(missing)
    assert is_problem(wrong)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 5000, b'{"email": NaN}', b"null", b"[]"]
)
def test_a_body_that_is_no_request_is_a_problem(club: Club, body: bytes) -> None:
    answer = club.client().post("/api/v1/sessions", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert is_problem(answer)


def test_a_body_that_is_too_long_is_not_read(club: Club) -> None:
    client = club.client()
    exact = json.dumps({"email": "a@b.c", "password": "x"}).encode().ljust(BODY_BYTES_MAX)
    headers = {"content-type": "application/json"}
    assert client.post("/api/v1/sessions", content=exact, headers=headers).status_code == 401
    answer = client.post("/api/v1/sessions", content=exact + b" ", headers=headers)
    assert answer.status_code == 413
    assert is_problem(answer)


def test_a_fault_of_ours_tells_nothing_but_its_number(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    desk = club.client("receptionist")
    with club.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE flag"))
    answer = desk.post("/api/v1/flags/flg_none/clear")
    assert answer.status_code in {500, 503}
    assert is_problem(answer)
    assert "flag" not in answer.json()["detail"]
    assert caplog.records


def test_answers_carry_careful_headers(club: Club) -> None:
    headers = club.client().get("/api/v1/members").headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) == 16


def test_the_openapi_document_describes_every_problem(club: Club) -> None:
    document = club.client().get("/api/v1/openapi.json").json()
    text_of_it = json.dumps(document)
    assert "HTTPValidationError" not in text_of_it
    references = {part.split('"')[0] for part in text_of_it.split("#/components/schemas/")[1:]}
    assert references <= document["components"]["schemas"].keys()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path} says nothing"
