"""`python -m provisioning.appliance`: build the Debian package of the gateway (`make deb`)."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from provisioning.appliance.package import build_packages
from provisioning.appliance.wheels import MACHINES, PackagingError

ROOT: Final = Path(__file__).resolve().parents[2]
_EPILOGUE: Final = """\
example:
  python -m provisioning.appliance --arch arm64 --out dist

exit codes: 0 done, 1 it could not be built, 2 wrong usage
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what is asked for and name the files."""
    parser = argparse.ArgumentParser(
        "python -m provisioning.appliance",
        description="Build the Debian package of the gateway, for devices of any kind, on this one.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--arch", action="append", choices=tuple(MACHINES), help="may be repeated (all)")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="DIR", help="where to put them (dist)")
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        packages = build_packages(ROOT, options.arch or list(MACHINES), options.out, ROOT / "build" / "wheels")
    except PackagingError as error:
        print(f"deb: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({"packages": [{"path": str(path), "bytes": path.stat().st_size} for path in packages]}))
    else:
        names = "\n".join(f"{path}  {path.stat().st_size / 1e6:.1f} MB" for path in packages)
        print(f"{names}\ndeb: {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
