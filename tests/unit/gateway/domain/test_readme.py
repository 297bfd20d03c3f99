from tests.unit.gateway.domain.state_diagram import README, with_diagram


def test_the_diagram_of_the_readme_is_that_of_the_table() -> None:
    text = README.read_text()
    assert text == with_diagram(text), "stale: run python -m tests.unit.gateway.domain.state_diagram"
