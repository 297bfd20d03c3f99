"""The command line, as far as it needs no process."""

import pytest

from gateway.cli import main


def test_help_has_examples_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "tornello-gateway run --config gateway.toml" in printed
    assert "3  not enrolled, or enrolment refused" in printed


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "check-config",
        "enrol",
        "status",
        "watch",
        "pair-reader",
        "set-baud",
        "capture",
        "lane-mode",
        "release-lanes",
    ],
)
def test_every_command_has_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "--config FILE" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["dance"], ["enrol", "--url", "https://x"]])
def test_wrong_usage_has_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: tornello-gateway" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lane-mode", "Lane 1", "--for", "5"], "--for needs a mode"),
        (["lane-mode", "Lane 1", "locked", "--for", "0"], "between 1 and"),
        (["release-lanes", "--config", "/nowhere/gateway.toml"], "no relay is known"),
    ],
)
def test_a_lane_s_command_that_makes_no_sense_is_one_line_and_exit_code_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert told in printed
    assert printed.count("\n") == 1


def test_a_missing_configuration_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", "--config", "/nowhere/gateway.toml"]) == 2
    assert capsys.readouterr().err == (
        "tornello-gateway: /nowhere/gateway.toml:1: the file cannot be read: No such file or directory\n"
    )


def test_a_scan_needs_a_port_and_no_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["scan-readers", "--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "--port PORT" in printed
    assert "--config" not in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan-readers", "--port", "x", "--addresses", "9-3"],
        ["scan-readers", "--port", "x", "--addresses", "127"],
        ["scan-readers", "--port", "x", "--all-bauds", "--baud", "9600"],
        ["pair-reader", "--reader", "entry", "--rotate", "--force"],
        ["capture", "--osdpcap", "x", "--seconds", "0"],
        ["set-baud", "--baud", "1234"],
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("error:") == 1
