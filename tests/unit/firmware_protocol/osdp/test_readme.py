from tests.unit.firmware_protocol.osdp.state_diagram import README, with_diagrams


def test_the_diagrams_of_the_readme_are_those_of_the_tables() -> None:
    text = README.read_text()
    command = "python -m tests.unit.firmware_protocol.osdp.state_diagram"
    assert text == with_diagrams(text), f"stale: run {command}"
