"""The command `tornello-cloud`: its words and options. What they do is in `commands`, imported only when needed.

Settings come from the environment (`cloud.settings`), secrets and passwords from files or a prompt, never from options.
"""

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from cloud.data_cli import add_data
from cloud.upkeep_cli import add_upkeep

_EPILOGUE: Final = """\
examples:
  openssl rand -hex 32 > secret && chmod 600 secret
  export TORNELLO_SECRET_FILE=secret TORNELLO_DATABASE_URL=sqlite:///tornello.db
  tornello-cloud create-site --name "Club Roma" --time-zone Europe/Rome --locale it
  tornello-cloud create-lane --site sit_... --name "Lane 1"
  tornello-cloud create-staff --email anna@club.example --name Anna --role administrator
  tornello-cloud serve
  tornello-cloud serve --no-worker        # on PostgreSQL, beside any number of workers:
  tornello-cloud worker --duty ingest     # each with a certificate of its own name (TORNELLO_BROKER_CERT)

settings (environment):
  TORNELLO_SECRET_FILE     32 random bytes as hex digits; seals the secrets in the database
  TORNELLO_DATABASE_URL    sqlite:///tornello.db, or postgresql://user@host/name
  TORNELLO_LISTEN          plain HTTP for this machine or a reverse proxy, 127.0.0.1:8080
  TORNELLO_TLS_LISTEN      HTTPS, with TORNELLO_TLS_CERT and TORNELLO_TLS_KEY
  TORNELLO_AUTHORITY_DIR   made by `tornello-provision authority create`; enrolment and the link need it
  TORNELLO_BROKER_HOST, TORNELLO_BROKER_PORT, TORNELLO_BROKER_CERT, TORNELLO_BROKER_KEY
                           the MQTT broker, and this service's client certificate there
  TORNELLO_PUBLIC_BROKER   the broker's HOST:PORT as told to gateways
  TORNELLO_REVOCATION_LIST where to keep the list of revoked certificates for the broker

exit codes: 0 done, 1 failed, 2 wrong usage or settings
"""

_ROTATION: Final = """\
Give a site a new signing key. The gateways are told at once, signed with the old key, and believe both until the
overlap ends; then the new one takes over, and the old one is forgotten. A gateway that was away the whole time gets
the new key by its certificate. Answers with the new key's id and when it takes over.
"""
_ROTATION_EXAMPLES: Final = """\
examples:
  tornello-cloud rotate-signing-key --site sit_...                     once a year, say
  tornello-cloud rotate-signing-key --site sit_... --overlap-days 0    the old key was stolen
"""


_VERIFY: Final = """\
Say whether the audit log is as it was written, and if not, at which entry: altered, missing, added, or emptied without
the erasure of a person. Prints how far it is whole as NUMBER:HEX; keep that elsewhere, and give it as --anchor the next
time: then nobody who can write to the database can cut the log short or write it anew without being seen.
"""
_VERIFY_EXAMPLES: Final = """\
examples:
  tornello-cloud audit verify
  tornello-cloud audit verify --anchor 4711:9f86d081... --json

exit codes: 0 whole, 1 could not be read, 2 wrong usage or settings, 3 something is wrong with it
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = build_parser().parse_args(arguments)
    try:
        commands = _load_commands()
    except KeyboardInterrupt:  # to import the service takes a second or two
        return 1
    code: int = commands.run(options)
    return code


def _load_commands() -> ModuleType:
    """Import the service: hundreds of thousands of objects that stay, which the collector need not go through.

    It would take a third of the start, and make every full collection afterwards a pause that requests feel.
    """
    is_loaded = "cloud.commands" in sys.modules
    gc.disable()
    try:
        from cloud import commands

        if not is_loaded:
            gc.freeze()
    finally:
        gc.enable()
    return commands


def build_parser() -> argparse.ArgumentParser:
    """The words and options of the command line."""
    parser = argparse.ArgumentParser(
        prog="tornello-cloud",
        description="The CRM of a fitness club: console, API, and the link to the gateways.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--debug", action="store_true", help="log more")
    words = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = words.add_parser("serve", help="serve console and API; bring the database up to date first")
    serve.add_argument("--no-worker", action="store_true", help="leave the link to the gateways to another process")
    worker = words.add_parser("worker", help="keep the link to the gateways, without console and API")
    worker.add_argument(
        "--duty",
        default="all",
        choices=("all", "ingest", "publish"),
        help="ingest: take the gateways' events over; publish: all else that is said to them (all)",
    )
    words.add_parser("migrate", help="bring the database up to date and end")
    _add_audit(words.add_parser("audit", help="check that nobody altered the audit log"))
    _add_site(words.add_parser("create-site", help="add a site with fresh keys"))
    _add_lane(words.add_parser("create-lane", help="add a lane to a site"))
    _add_staff(words.add_parser("create-staff", help="add somebody who may sign in"))
    _add_admin(words.add_parser("create-admin", help="add an owner: the first person of a new club"))
    _add_rotation(
        words.add_parser(
            "rotate-signing-key",
            help="give a site a new key that signs what its gateways are told",
            description=_ROTATION,
            epilog=_ROTATION_EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
    )
    add_data(words)
    add_upkeep(words)
    return parser


def _add_audit(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(dest="audit_command", required=True, metavar="COMMAND")
    verify = words.add_parser(
        "verify",
        help="walk the chain of all entries",
        description=_VERIFY,
        epilog=_VERIFY_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verify.add_argument(
        "--anchor", metavar="NUMBER:HEX", help="what an earlier run printed: the log must still hold that entry"
    )
    _add_json(verify)


def _add_site(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True)
    parser.add_argument("--time-zone", required=True, help="IANA name, e.g. Europe/Rome")
    parser.add_argument("--locale", default="en", choices=("en", "it", "ru"), help="language of the gates (en)")
    parser.add_argument("--lease-days", type=int, default=30, help="how long a gateway goes on unheard, 0-90 (30)")
    parser.add_argument("--facility-code", type=int, default=1, help="of the club's 26-bit cards, 0-255 (1)")
    _add_json(parser)


def _add_lane(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", required=True, metavar="SITE_ID")
    parser.add_argument("--name", required=True)
    _add_json(parser)


def _add_staff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        required=True,
        choices=(
            "owner",
            "administrator",
            "manager",
            "receptionist",
            "sales",
            "trainer",
            "installer",
            "cashier",
            "read_only",
        ),
        help="what they may do",
    )
    _add_person(parser)


def _add_admin(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(role="owner")
    parser.epilog = "example: tornello-cloud create-admin --email carlo@club.example --name Carlo --locale it"
    _add_person(parser)


def _add_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--locale", default="en", choices=("en", "it", "ru"), help="language of the console (en)")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="its first line; without it: a prompt, or standard input"
    )
    _add_json(parser)


def _add_rotation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", required=True, metavar="SITE_ID")
    parser.add_argument(
        "--overlap-days",
        type=int,
        default=30,
        choices=range(91),
        metavar="DAYS",
        help="how long both keys are believed, 0-90 (30)",
    )
    _add_json(parser)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")


if __name__ == "__main__":
    sys.exit(main())
