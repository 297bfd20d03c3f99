"""What a benchmark returns and how it is printed: a table for people, one JSON object for programs."""

import json
import os
import platform
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Report:
    """Figures of one run.

    `figures` is flat, with the unit in each name (`p99_ms`, `ratio_to_libosdp`); `target` has a subset of the same
    names. `higher_is_better` names the figures for which the target is a lower bound.
    """

    name: str
    figures: dict[str, float]
    target: dict[str, float]
    higher_is_better: frozenset[str] = field(default_factory=frozenset)

    @property
    def met(self) -> bool:
        return all(self._is_met(key, limit) for key, limit in self.target.items())

    def to_text(self) -> str:
        width = max(map(len, self.figures), default=0)
        lines = [f"{self.name}  ({machine()})"]
        for key, value in self.figures.items():
            line = f"  {key:<{width}}  {_number(value):>12}"
            if key in self.target:
                sign = ">=" if key in self.higher_is_better else "<="
                verdict = "met" if self._is_met(key, self.target[key]) else "NOT met"
                line += f"   target {sign} {_number(self.target[key])}: {verdict}"
            lines.append(line)
        return "\n".join(lines)

    def to_json(self) -> str:
        return json.dumps(
            {
                "name": self.name,
                "figures": {key: round(value, 4) for key, value in self.figures.items()},
                "target": self.target,
                "met": self.met,
                "machine": machine(),
            }
        )

    def _is_met(self, key: str, limit: float) -> bool:
        value = self.figures[key]
        return value >= limit if key in self.higher_is_better else value <= limit


def machine() -> str:
    """The machine in a few words, without its name."""
    return f"{platform.machine()}, {os.cpu_count()} cpu, Python {platform.python_version()}, {platform.system()}"


def percentile(samples: list[float], share: float) -> float:
    """The nearest-rank percentile, `share` from 0 to 1, of at least one sample."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"
