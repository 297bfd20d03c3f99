"""How the tour speaks: one line and one duration for each step, for people or as JSON."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class StepFailedError(Exception):
    """Something did not hold; the message says what was expected and what was seen."""


def expect(holds: object, what: str) -> None:
    """Let the step fail unless it holds.

    Raises:
        StepFailedError: it does not hold.
    """
    if not holds:
        raise StepFailedError(what)


@dataclass
class Progress:
    """Prints each step as it ends and remembers it for the closing table."""

    as_json: bool
    steps: list[dict[str, object]] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[dict[str, object]]:
        """Time what happens inside; facts put into the given dictionary are printed with the step."""
        facts: dict[str, object] = {}
        started = time.monotonic()
        try:
            yield facts
        except Exception:
            self._tell(title, time.monotonic() - started, facts, has_held=False)
            raise
        self._tell(title, time.monotonic() - started, facts, has_held=True)

    def _tell(self, title: str, duration_s: float, facts: dict[str, object], *, has_held: bool) -> None:
        self.steps.append({"step": title, "duration_s": round(duration_s, 3), "held": has_held, **facts})
        if self.as_json:
            print(json.dumps(self.steps[-1], ensure_ascii=False), flush=True)
            return
        mark = "ok    " if has_held else "FAILED"
        remarks = "; ".join(f"{key} {value}" for key, value in facts.items())
        print(f"{mark} {duration_s:7.2f} s  {title}{f'  ({remarks})' if remarks else ''}", flush=True)
