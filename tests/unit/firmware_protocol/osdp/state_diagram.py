"""The state diagrams of the README, drawn from the tables.

`python -m tests.unit.firmware_protocol.osdp.state_diagram` writes them anew.
"""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from firmware_protocol.osdp.link_states import DEVICE_TRANSITIONS, LINK_TRANSITIONS

README = Path(__file__).parents[4] / "firmware_protocol" / "osdp" / "README.md"
BEGIN, END = "<!-- diagrams: begin -->", "<!-- diagrams: end -->"


def draw(title: str, transitions: Mapping[Any, Mapping[Any, Enum]]) -> str:
    """One table as a Mermaid diagram; outcomes that lead the same way share an arrow."""
    lines = [f"{title}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.name}: {state.value}" for state in transitions]
    for state, row in transitions.items():
        arrows: dict[Enum, list[str]] = {}
        for outcome, following in row.items():
            arrows.setdefault(following, []).append(outcome.name)
        lines += [f"    {state.name} --> {following.name}: {', '.join(names)}" for following, names in arrows.items()]
    return "\n".join([*lines, "```"])


def diagrams() -> str:
    """Both diagrams, between their markers."""
    acu = draw("The access control unit, for one reader:", LINK_TRANSITIONS)
    device = draw("The peripheral device:", DEVICE_TRANSITIONS)
    return f"{BEGIN}\n{acu}\n\n{device}\n{END}"


def with_diagrams(text: str) -> str:
    """The README with the diagrams of the tables as they are now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + diagrams() + after


if __name__ == "__main__":
    README.write_text(with_diagrams(README.read_text()))
