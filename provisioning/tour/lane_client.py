"""One virtual turnstile as the tour's hands and eyes: it taps, looks, and remembers what it saw decided."""

from typing import Any
from urllib.parse import urlencode

from provisioning.demo.json_client import JsonClient

WAIT_MS = 8000


class LaneClient:
    """Taps cards at one lane and keeps the id of every decision that the gateway showed there."""

    def __init__(self, client: JsonClient, name: str) -> None:
        self._client = client
        self.name = name
        self.seen_tap_ids: list[str] = []

    def view(self) -> dict[str, Any]:
        """The lane as it is now."""
        view: dict[str, Any] = self._client.get(f"/lanes/{self.name}")
        return view

    def count(self, what: str) -> int:
        """How often something happened at this lane since its start."""
        return int(self.view()["counts"].get(what, 0))

    def wait_beyond(self, what: str, count: int) -> dict[str, Any]:
        """The lane as soon as something has happened more than `count` times.

        Raises:
            RequestRefusedError: it did not happen in time (504).
        """
        query = urlencode({"wait_for": what, "after": count, "timeout_ms": WAIT_MS})
        view: dict[str, Any] = self._client.get(f"/lanes/{self.name}?{query}")
        return view

    def tap(self, card: str) -> dict[str, Any]:
        """Hold a card before the reader and return the gateway's decision."""
        before = self.count("decision")
        self._client.post(f"/lanes/{self.name}/tap", {"card": card})
        decision: dict[str, Any] = self.wait_beyond("decision", before)["decision"]
        self.seen_tap_ids.append(decision["tap_id"])
        return decision

    def enter(self, card: str) -> dict[str, Any]:
        """Tap a card that is let in, walk through, and return the decision when the passage is confirmed."""
        before = self.count("passage")
        decision = self.tap(card)
        if decision["outcome"] != "block":
            self.wait_beyond("passage", before)
        return decision

    def set_walking(self, *, is_on: bool) -> None:
        """Whether people walk through by themselves after a grant."""
        self._client.post(f"/lanes/{self.name}/walk", {"is_active": is_on})
