"""The command `tornello-gateway-release`, on the device: which release is in force, and the way back.

Exit codes: 0 done, 1 the release was refused or there is no way back, 2 wrong usage.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from provisioning.appliance.release import upgrade
from provisioning.appliance.release.folder import NoWayBackError, ReleaseFolder
from provisioning.appliance.release.package_source import PackageSource
from provisioning.appliance.release.system_tools import SystemTools
from provisioning.appliance.release.systemd_service import SystemdService, SystemPace
from provisioning.appliance.release.update import update
from provisioning.appliance.release.update_desk import UpdateDesk

DONE, REFUSED = 0, 1
_EPILOGUE: Final = """\
examples:
  tornello-gateway-release status --json
  sudo tornello-gateway-release roll-back

`install`, `confirm` and `update` are called by the Debian package, by tornello-gateway-confirm.service and by
tornello-gateway-update.service.
exit codes: 0 done, 1 the release was refused or there is no way back, 2 wrong usage
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    os.umask(0o022)  # the gateway's user reads what root writes here
    command: Callable[[ReleaseFolder, argparse.Namespace], int] = options.command
    try:
        return command(ReleaseFolder(options.root), options)
    except (upgrade.RefusedError, NoWayBackError) as error:
        print(f"tornello-gateway-release: {error}", file=sys.stderr)
        return REFUSED
    except OSError as error:
        print(f"tornello-gateway-release: {error.filename}: {error.strerror}", file=sys.stderr)
        return REFUSED


def _install(folder: ReleaseFolder, options: argparse.Namespace) -> int:
    upgrade.install(folder, PackageSource(options.package, options.config), SystemdService(), _report)
    return DONE


def _confirm(folder: ReleaseFolder, _: argparse.Namespace) -> int:
    upgrade.confirm(folder, SystemdService(), SystemPace(), _report)
    return DONE


def _update(folder: ReleaseFolder, options: argparse.Namespace) -> int:
    desk = UpdateDesk(options.state, folder.root)
    outcome = update(folder, desk, SystemTools(options.key), SystemPace(), _report)
    return DONE if outcome is None or outcome.state == "done" else REFUSED


def _roll_back(folder: ReleaseFolder, _: argparse.Namespace) -> int:
    upgrade.roll_back(folder, SystemdService(), _report)
    return DONE


def _status(folder: ReleaseFolder, options: argparse.Namespace) -> int:
    answer: dict[str, Any] = {
        "current": folder.current,
        "previous": folder.previous,
        "is_on_trial": folder.trial is not None,
        "refused": [asdict(refusal) for refusal in folder.refusals],
    }
    print(json.dumps(answer) if options.json else _told(answer))
    return DONE


def _told(answer: dict[str, Any]) -> str:
    trial = ", on trial" if answer["is_on_trial"] else ""
    lines = [f"in force: {answer['current'] or 'nothing'}{trial}", f"way back: {answer['previous'] or 'none'}"]
    lines += [f"refused:  {entry['release']} at {entry['at']}: {entry['reason']}" for entry in answer["refused"]]
    return "\n".join(lines)


def _report(text: str) -> None:
    print(f"tornello-gateway-release: {text}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "tornello-gateway-release",
        description="Which release of the gateway is in force on this device, and the way back.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root = Path("/opt/tornello-gateway")
    parser.add_argument("--root", type=Path, default=root, metavar="DIR", help=f"the releases ({root})")
    words = parser.add_subparsers(required=True, metavar="COMMAND")
    status = words.add_parser("status", help="what is in force, the way back, and what was refused")
    status.add_argument("--json", action="store_true", help="as one JSON object")
    status.set_defaults(command=_status)
    back = words.add_parser("roll-back", help="bring the previous release in force again, and restart the gateway")
    back.set_defaults(command=_roll_back)
    install = words.add_parser("install", help="bring the release of the Debian package in force")
    package, config = Path("/usr/share/tornello-gateway"), Path("/etc/tornello/gateway.toml")
    install.add_argument("--package", type=Path, default=package, metavar="DIR", help=f"({package})")
    install.add_argument("--config", type=Path, default=config, metavar="FILE", help=f"({config})")
    install.set_defaults(command=_install)
    confirm = words.add_parser("confirm", help="watch a release that is on trial for a minute; back if it fails")
    confirm.set_defaults(command=_confirm)
    asked = words.add_parser("update", help="install what the gateway asks for, if the release key has signed it")
    state, key = Path("/var/lib/tornello-gateway"), Path("/etc/tornello/release.pub")
    asked.add_argument("--state", type=Path, default=state, metavar="DIR", help=f"the gateway's ({state})")
    asked.add_argument("--key", type=Path, default=key, metavar="FILE", help=f"the release key ({key})")
    asked.set_defaults(command=_update)
    return parser


if __name__ == "__main__":
    sys.exit(main())
