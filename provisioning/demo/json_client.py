"""A JSON client of forty lines for scripts that run beside the product, on the standard library alone."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any, Final

TIMEOUT_S: Final = 10.0


class RequestRefusedError(Exception):
    """The server answered with an error status; the message holds its words."""

    def __init__(self, status: int, method: str, url: str, body: str) -> None:
        super().__init__(f"{method} {url} -> {status}: {body[:300]}")
        self.status = status


class JsonClient:
    """Talks JSON to one server, as one signed-in person once `token` is set."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self.token: str | None = None

    def get(self, path: str) -> Any:
        return self._request("GET", path, None)

    def post(self, path: str, body: object | None = None) -> Any:
        return self._request("POST", path, body if body is not None else {})

    def answers(self, path: str) -> bool:
        """Whether the server is there and healthy at this path."""
        try:
            self._request("GET", path, None)
        except (OSError, HTTPException, RequestRefusedError):
            return False
        return True

    def _request(self, method: str, path: str, body: object | None) -> Any:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base_url + path, data, headers, method=method)  # noqa: S310 our own URL
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 our own URL
                text = response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                raise RequestRefusedError(error.code, method, path, error.read().decode(errors="replace")) from error
        return json.loads(text) if text else None
