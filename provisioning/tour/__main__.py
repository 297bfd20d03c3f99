"""`python -m provisioning.tour`: founds a club in a folder of its own, walks through the main job, and cleans up."""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from provisioning.demo.json_client import RequestRefusedError
from provisioning.demo.layout import Layout, free_ports
from provisioning.demo.processes import ChildFailedError
from provisioning.demo.site import DemoSite
from provisioning.tour.progress import Progress, StepFailedError
from provisioning.tour.steps import Facts, MainJob

_EPILOGUE: Final = """\
examples:
  python -m provisioning.tour            # the steps, one line each
  python -m provisioning.tour --json     # one JSON object a step

exit codes: 0 every step held, 1 one did not (its reason is printed, the logs are kept), 2 wrong usage
"""


def main(arguments: list[str]) -> int:
    """Run the tour; 0 only when every step held."""
    parser = argparse.ArgumentParser(
        prog="python -m provisioning.tour",
        description=__doc__,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a step")
    options = parser.parse_args(arguments)
    for ending in (signal.SIGINT, signal.SIGTERM):  # also where a shell's `&` has left SIGINT ignored
        signal.signal(ending, signal.default_int_handler)
    progress = Progress(as_json=options.json)
    folder = Path(tempfile.mkdtemp(prefix="tornello-tour-"))
    site = DemoSite(Layout(folder, free_ports()), lambda _: None)
    try:
        _walk(site, progress)
    except (StepFailedError, ChildFailedError, RequestRefusedError, OSError) as error:
        print(f"tour: {error}\ntour: the logs are in {site.layout.logs}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    shutil.rmtree(folder)
    return 0


def _walk(site: DemoSite, progress: Progress) -> None:
    try:
        with progress.step("A site is founded and started"):
            site.start()
        job = MainJob(site)
        for title, step in _steps(job):
            with progress.step(title) as facts:
                step(facts)
    finally:
        for child in reversed(site.children):
            child.stop()


def _steps(job: MainJob) -> list[tuple[str, Callable[[Facts], None]]]:
    return [
        ("A good member is allowed and the relay pulses", job.a_good_member_is_allowed_and_the_relay_pulses),
        (
            "An unknown card, an expired and a frozen member are refused, each with its reason",
            job.unknown_expired_and_frozen_are_refused_each_with_its_reason,
        ),
        ("A block raised by staff is in force at both gates", job.a_block_is_in_force_at_both_gates),
        (
            "The next tap is blocked with that text in the member's language",
            job.the_next_tap_is_blocked_in_the_members_language,
        ),
        ("A message lets the member through and shows the text", job.a_message_lets_through_and_shows_its_text),
        ("Both flags are cleared and both members are allowed", job.cleared_flags_let_in_again),
        ("The broker is killed: taps go on being decided", job.with_the_broker_dead_taps_go_on_being_decided),
        (
            "The broker is back: every event of the outage is in the cloud exactly once, in order",
            job.the_broker_is_back_and_every_event_is_in_the_cloud_once,
        ),
        (
            "A gateway is killed with -9 in the middle: nothing is lost",
            job.a_gateway_killed_in_the_middle_loses_nothing,
        ),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
