"""The diagram of the lane in the domain's README, drawn from its table.

`python -m tests.unit.gateway.domain.state_diagram` writes it anew.
"""

from pathlib import Path

from gateway.domain.lane_states import TABLE, LaneEvent, LaneState

README = Path(__file__).parents[4] / "gateway" / "domain" / "README.md"
BEGIN, END = "<!-- diagram: begin -->", "<!-- diagram: end -->"
FROM_ANYWHERE = {LaneEvent.EVACUATE, LaneEvent.ALARM, LaneEvent.JAM, LaneEvent.HELD_OPEN}
"""These lead nearly everywhere to the same state, and would hide the rest."""


def diagram() -> str:
    """The table as a Mermaid diagram: what leaves a state; events that lead the same way share an arrow."""
    lines = [BEGIN, "```mermaid", "stateDiagram-v2"]
    for state, row in TABLE.items():
        arrows: dict[LaneState, list[str]] = {}
        for event, (following, _) in row.items():
            if following is not state and event not in FROM_ANYWHERE:
                arrows.setdefault(following, []).append(event.value)
        lines += [f"    {state} --> {following}: {', '.join(events)}" for following, events in arrows.items()]
    return "\n".join([*lines, "```", END])


def with_diagram(text: str) -> str:
    """The README with the diagram of the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    return before + diagram() + rest.partition(END)[2]


if __name__ == "__main__":
    README.write_text(with_diagram(README.read_text()))
