"""`python -m tests.appliance`: lives through the story of the package in a fresh Debian; needs root and debootstrap."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.appliance.device import Device, DeviceError, make_root
from tests.appliance.made_releases import FAULTS, build
from tests.appliance.story import Story

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "appliance"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line and a verdict for each step; 0 when all held, 1 when one did not, 2 when it cannot run here."""
    parser = argparse.ArgumentParser("python -m tests.appliance", description=__doc__)
    parser.add_argument("--suite", default="bookworm", help="Debian's release: bookworm or trixie (bookworm)")
    parser.add_argument("--keep", action="store_true", help="leave the device's files for a look")
    options = parser.parse_args(arguments)
    missing = what_is_missing()
    if missing:
        print(f"deb-test: needs {', '.join(missing)}", file=sys.stderr)
        return 2
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="device-", dir=CACHE))
    device = Device(folder / "root")
    try:
        return live(device, options.suite, folder)
    except DeviceError as error:
        print(f"deb-test: {error}", file=sys.stderr)
        return 1
    finally:
        device.shut_down()
        if options.keep:
            print(f"deb-test: left in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def what_is_missing() -> list[str]:
    """Empty when this machine can do it."""
    missing = [] if os.geteuid() == 0 else ["to be root"]
    programs = ("debootstrap", "dpkg-deb", "unshare", "nsenter")
    return missing + [name for name in programs if shutil.which(name) is None]


def live(device: Device, suite: str, folder: Path) -> int:
    """Build the packages, make the device, and go through every step until one fails."""
    began = time.monotonic()
    faults = dict(zip(FAULTS, ("0.3.0", "0.4.0", "0.5.0"), strict=True))
    packages = {"first": build(ROOT, "0.1.0", None, folder), "better": build(ROOT, "0.2.0", None, folder)}
    packages |= {fault: build(ROOT, version, fault, folder) for fault, version in faults.items()}
    size = packages["first"].stat().st_size
    print(f"deb-test: five packages of {size / 1e6:.1f} MB built in {time.monotonic() - began:.0f} s", flush=True)
    make_root(suite, CACHE, device.root)
    passed, steps = 0, list(Story(device, packages).steps())
    for number, (name, step) in enumerate(steps, 1):
        began = time.monotonic()
        try:
            seen = step()
        except (AssertionError, DeviceError) as error:
            print(f"{number:2} FAILED {name}: {error}", flush=True)
            break
        passed += 1
        print(f"{number:2} good   {name}: {seen} [{time.monotonic() - began:.0f} s]", flush=True)
    print(f"{passed} passed, {len(steps) - passed} failed")
    return 0 if passed == len(steps) else 1


if __name__ == "__main__":
    sys.exit(main())
