"""Errors as the control API tells them: RFC 9457 problem documents with a `code` that the page has words for."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from provisioning.virtual_turnstile.errors import CardMalformedError, ReaderUnpluggedError


def problem(status: int, code: str, detail: str, **more: object) -> JSONResponse:
    """One problem document."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    return JSONResponse({**document, "detail": detail, **more}, status, media_type="application/problem+json")


def install_problems(app: FastAPI) -> None:
    """Answer every expected error with its problem document."""

    @app.exception_handler(CardMalformedError)
    def _malformed(_request: Request, error: CardMalformedError) -> JSONResponse:
        return problem(422, "card_malformed", str(error))

    @app.exception_handler(ReaderUnpluggedError)
    def _unplugged(_request: Request, error: ReaderUnpluggedError) -> JSONResponse:
        return problem(409, "reader_unplugged", str(error))

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        mistakes = [{"field": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors()]
        return problem(422, "invalid", "the request is not as it should be", errors=mistakes)

    @app.exception_handler(HTTPException)
    def _http(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, "http", error.detail)
