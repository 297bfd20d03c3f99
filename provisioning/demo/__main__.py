"""`python -m provisioning.demo run | reset`: a whole site on this machine, kept in a folder of its own."""

import argparse
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Final

from provisioning.authority import ProvisioningRefusedError
from provisioning.demo.layout import COLLEAGUES, Layout, PortsBusyError, choose_ports
from provisioning.demo.processes import ChildFailedError
from provisioning.demo.site import DemoSite

_EPILOGUE: Final = """\
examples:
  python -m provisioning.demo run                 # start the site, Ctrl-C stops it
  python -m provisioning.demo reset               # forget its data
  TORNELLO_DEMO_PORTS=9080,9443,9883,9090 python -m provisioning.demo run

exit codes: 0 stopped as asked, 1 something failed (its last words are printed), 2 wrong usage
"""
_LOOK_EVERY_S: Final = 0.5


def main(arguments: list[str]) -> int:
    """Run or forget the demo; the exit code is 0 when it was stopped as asked."""
    parser = argparse.ArgumentParser(
        prog="python -m provisioning.demo",
        description=__doc__,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("run", "reset"))
    parser.add_argument("--dir", type=Path, default=Path(".demo"), help="where the site is kept (.demo)")
    options = parser.parse_args(arguments)
    folder = options.dir.resolve()
    if options.command == "reset":
        shutil.rmtree(folder, ignore_errors=True)
        _say("forgotten; the next `make demo` founds a new club")
        return 0
    for ending in (signal.SIGINT, signal.SIGTERM):  # also where a shell's `&` has left SIGINT ignored
        signal.signal(ending, signal.default_int_handler)
    try:
        site = DemoSite(Layout(folder, choose_ports(folder)), _say)
        with site.running():
            _welcome(site)
            _watch(site)
    except KeyboardInterrupt:
        _say("stopped; nothing runs any more, the data stay")
    except (ChildFailedError, PortsBusyError, ProvisioningRefusedError, ValueError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


def _watch(site: DemoSite) -> None:
    """Until Ctrl-C, or until a process has ended by itself."""
    while True:
        time.sleep(_LOOK_EVERY_S)
        site.reload_broker_if_needed()
        for child in site.children:
            if not child.is_running:
                raise ChildFailedError(f"the {child.name} has ended:\n{child.log_tail()}")


def _welcome(site: DemoSite) -> None:
    email, password = site.layout.read_sign_in()
    print(
        f"""
  Console            {site.layout.console_url}
    e-mail           {email}
    password         {password}
    colleagues       {", ".join(COLLEAGUES)} (the same password)
  Virtual turnstile  {site.layout.turnstile_url}

  Tap a card at the turnstile and watch the console; block a member there and tap again.
  Logs are in {site.layout.logs}. Ctrl-C stops everything.
""",
        flush=True,
    )


def _say(text: str) -> None:
    print(f"demo: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
