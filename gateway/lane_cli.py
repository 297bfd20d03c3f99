"""The commands about lanes: `lane-mode` asks the running gateway, `release-lanes` works when there is none."""

import argparse
import json
import signal
import sys
from typing import Any, Final

from gateway.domain.lane_mode import LaneMode
from gateway.installer.cli import UsageError

RELEASE_TIMEOUT_S: Final = 5
"""Longer than that nobody waits for a line: a service that has stopped must be able to start again."""
MINUTES_MAX: Final = 60 * 24 * 31
_MODE_EPILOGUE: Final = """\
examples:
  tornello-gateway lane-mode "Lane 1"
  tornello-gateway lane-mode "Lane 1" free_passage --for 30
  tornello-gateway lane-mode lan_06gzzwebp7b4tvmmfavh lockdown --json
  tornello-gateway lane-mode "Lane 1" normal

modes:
  normal             members pass with their credential
  free_passage_in    the way in is open; free_passage_out: the way out; free_passage: both
  locked             staff and emergency credentials alone pass
  lockdown           emergency credentials alone pass; a grant that waits is withdrawn
  evacuation         open both ways until another mode is set, also over a restart

exit codes:
  0  done
  1  the gateway does not run, or could not write it
  2  wrong usage or configuration
  4  refused: no such lane
"""
_RELEASE_EPILOGUE: Final = """\
examples:
  tornello-gateway release-lanes --config gateway.toml

The lines are those of the configuration and those that the last gateway drove, which it has noted in its state folder
(state_dir, or $STATE_DIRECTORY when the configuration cannot be read). It gives up after 5 seconds.

exit codes:
  0  every relay is in its lane's safe state
  1  a line cannot be had; the others are done
  2  no relay is known
"""


def add_lane_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", shared: argparse.ArgumentParser
) -> None:
    """Add both commands to the parser."""
    words = "tell a lane of the running gateway what to be, or ask what it is"
    mode = commands.add_parser("lane-mode", parents=[shared], **_texts(words, _MODE_EPILOGUE))
    mode.add_argument("lane", metavar="LANE", help="the lane's name or id")
    mode.add_argument("mode", metavar="MODE", nargs="?", choices=[*LaneMode], help="what it shall be")
    mode.add_argument("--for", dest="minutes", type=int, metavar="MINUTES", help="until then; otherwise until changed")
    mode.add_argument("--json", action="store_true", help="the lane as one object")
    mode.set_defaults(command=_lane_mode)
    words = "leave every relay in its lane's safe state when no gateway runs (systemd does it after each stop)"
    release = commands.add_parser("release-lanes", parents=[shared], **_texts(words, _RELEASE_EPILOGUE))
    release.set_defaults(command=_release_lanes)


def _texts(words: str, epilogue: str) -> dict[str, Any]:
    return {
        "help": words,
        "description": words,
        "epilog": epilogue,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }


def _lane_mode(options: argparse.Namespace) -> int:
    from gateway.config import load_config
    from gateway.control_client import RequestRefusedError, ask_gateway
    from gateway.status_client import describe_lane

    if options.minutes is not None and options.mode is None:
        raise UsageError("--for needs a mode")
    if options.minutes is not None and not 1 <= options.minutes <= MINUTES_MAX:
        raise UsageError(f"--for is {options.minutes}, but must be between 1 and {MINUTES_MAX} minutes")
    state_dir = load_config(options.config, has_keys=False).state_dir
    try:
        lane = ask_gateway(state_dir, "lane_mode", lane=options.lane, mode=options.mode, minutes=options.minutes)
    except RequestRefusedError as error:
        print(f"tornello-gateway: {error}", file=sys.stderr)
        return 4
    print(json.dumps(lane, ensure_ascii=False) if options.json else f"lane {lane['name']}: {describe_lane(lane)}")
    return 0


def _release_lanes(options: argparse.Namespace) -> int:
    # Nothing of Python's can interrupt a call into the kernel that hangs; the kernel's own alarm can.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(RELEASE_TIMEOUT_S)
    from gateway.lane_release import NothingKnownError, release_lanes

    try:
        failures = release_lanes(options.config)
    except NothingKnownError as error:
        raise UsageError(str(error)) from error
    finally:
        signal.alarm(0)
    for failure in failures:
        print(f"tornello-gateway: {failure}", file=sys.stderr)
    return 1 if failures else 0
