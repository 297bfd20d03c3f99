"""`python -m tests.appliance`: lives through the story of the package in a fresh Debian; needs root and debootstrap."""

import argparse
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from provisioning.appliance.wheels import PackagingError
from tests.appliance.device import Device, DeviceError, make_root
from tests.appliance.made_releases import FAULTS, build
from tests.appliance.seeded import MORE_PACKAGES, SeededCard
from tests.appliance.story import Story
from tests.appliance.updated import Updates

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "appliance"
Counted = tuple[int, int]
"""Steps that held, steps that did not."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line and a verdict for each step; 0 when all held, 1 when one did not, 2 when it cannot run here."""
    parser = argparse.ArgumentParser("python -m tests.appliance", description=__doc__)
    parser.add_argument("--suite", default="bookworm", help="Debian's release: bookworm or trixie (bookworm)")
    parser.add_argument("--only", choices=("package", "seed"), help="one of the two stories (both)")
    parser.add_argument("--keep", action="store_true", help="leave the device's files for a look")
    options = parser.parse_args(arguments)
    missing = what_is_missing()
    if missing:
        print(f"deb-test: needs {', '.join(missing)}", file=sys.stderr)
        return 2
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="device-", dir=CACHE))
    chosen = [STORIES[options.only]] if options.only else STORIES.values()
    try:
        counted = [story(folder, options.suite) for story in chosen]
    except (DeviceError, PackagingError) as error:
        print(f"deb-test: {error}", file=sys.stderr)
        return 1
    finally:
        if options.keep:
            print(f"deb-test: left in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    passed, failed = (sum(counts) for counts in zip(*counted, strict=True))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def what_is_missing() -> list[str]:
    """Empty when this machine can do it."""
    missing = [] if os.geteuid() == 0 else ["to be root"]
    programs = ("debootstrap", "dpkg-deb", "unshare", "nsenter")
    return missing + [name for name in programs if shutil.which(name) is None]


def package_story(folder: Path, suite: str) -> Counted:
    """From the first installation to the purge."""
    began = time.monotonic()
    faults = dict(zip(FAULTS, ("0.3.0", "0.4.0", "0.5.0", "0.6.0"), strict=True))
    packages = {"first": build(ROOT, "0.1.0", None, folder), "better": build(ROOT, "0.2.0", None, folder)}
    packages |= {fault: build(ROOT, version, fault, folder) for fault, version in faults.items()}
    packages["newest"] = build(ROOT, "0.7.0", None, folder)
    size = packages["first"].stat().st_size
    print(f"deb-test: seven packages of {size / 1e6:.1f} MB built in {time.monotonic() - began:.0f} s", flush=True)
    device = Device(folder / "device")
    make_root(suite, CACHE, device.root)
    story = Story(device, packages)
    return go_through(itertools.chain(story.steps(), Updates(story).steps(), story.last_steps()), device)


def seed_story(folder: Path, suite: str) -> Counted:
    """The first boot of a seeded card."""
    device = Device(folder / "seeded")
    make_root(suite, CACHE, device.root, more=MORE_PACKAGES)
    sources = folder / "sources"
    return go_through(SeededCard(device, build(ROOT, "0.1.0", None, sources), sources).steps(), device)


STORIES: dict[str, Callable[[Path, str], Counted]] = {"package": package_story, "seed": seed_story}


def go_through(steps: Iterable[tuple[str, Callable[[], str]]], device: Device) -> Counted:
    """One step after the other, until one does not hold; nothing of the device goes on afterwards."""
    passed = 0
    try:
        for name, step in steps:
            if not took(name, step):
                return passed, 1
            passed += 1
    finally:
        device.shut_down()
    return passed, 0


def took(name: str, step: Callable[[], str]) -> bool:
    """Take a step and print what came of it; whether it held."""
    began = time.monotonic()
    try:
        seen, verdict = step(), "good  "
    except (AssertionError, DeviceError) as error:
        seen, verdict = str(error), "FAILED"
    print(f"{verdict} {name}: {seen} [{time.monotonic() - began:.0f} s]", flush=True)
    return verdict != "FAILED"


if __name__ == "__main__":
    sys.exit(main())
