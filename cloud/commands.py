"""What the commands of `tornello-cloud` do.

What goes wrong is told on the standard error output in plain words; a traceback there means a fault of the program.
"""

import argparse
import asyncio
import getpass
import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DatabaseError

from cloud import data_commands as data
from cloud import upkeep_commands as upkeep
from cloud.audit.service import Actor
from cloud.audit.verification import Anchor, verify
from cloud.backup.errors import BackupError
from cloud.errors import CloudError
from cloud.gateway_link.link import has_link
from cloud.gateway_link.share import DUTIES
from cloud.gateway_link.turn import is_shared
from cloud.kit.log_lines import LogFormat, configure
from cloud.migrations import DatabaseNewerError
from cloud.opening import UsageError, open_database, open_transaction, read_password_file
from cloud.server import AddressBusyError, CertificateUnusableError, serve
from cloud.settings import Settings, SettingsError, read_settings
from cloud.sites import service as sites
from cloud.sites import signing_keys
from cloud.sites.policy import SiteRules
from cloud.staff import service as staff
from cloud.staff.service import StaffDetails
from cloud.worker import work

DONE, FAILED, WRONG_USAGE, INCOMPLETE = 0, 1, 2, 3

_logger = logging.getLogger(__name__)


class AuditBrokenError(Exception):
    """The audit log is not as it was written."""


def run(options: argparse.Namespace) -> int:
    """Carry out the command that was parsed, and return the exit code."""
    form: LogFormat = "json" if os.environ.get("TORNELLO_LOG_FORMAT", "").strip() == "json" else "text"
    configure(form=form, is_debugging=options.debug)
    try:
        COMMANDS[options.command](options)
    except (SettingsError, UsageError, CertificateUnusableError) as error:
        return _complain(error, WRONG_USAGE)
    except (AuditBrokenError, data.LinesRefusedError) as error:
        return _complain(error, INCOMPLETE)
    except (
        CloudError,
        BackupError,
        upkeep.CheckFailedError,
        DatabaseNewerError,
        AddressBusyError,
        DatabaseError,
    ) as error:
        return _complain(_in_words(error), FAILED)
    except KeyboardInterrupt:
        return _complain("interrupted", FAILED)
    except Exception:
        _logger.exception("%s failed; this is a fault of the program", options.command)
        return FAILED
    return DONE


def _in_words(error: Exception) -> str:
    match error:
        case CloudError(errors=[_, *_] as fields):
            return "; ".join(f"{each.field}: {each.message}" for each in fields)
        case CloudError():
            return error.detail
        case DatabaseError():
            return f"the database cannot be used: {error.orig}"
        case _:
            return str(error)


def _complain(error: object, code: int) -> int:
    sys.stderr.write(f"tornello-cloud: {error}\n")
    return code


def _serve(options: argparse.Namespace) -> None:
    settings = read_settings(os.environ)
    if settings.tls_listen and not (settings.tls_certificate and settings.tls_key):
        raise UsageError("TORNELLO_TLS_LISTEN needs TORNELLO_TLS_CERT and TORNELLO_TLS_KEY")
    if not options.no_worker:
        _check_link(settings, "or start with --no-worker")
    with open_database(settings) as database:
        asyncio.run(serve(settings, database, has_worker=not options.no_worker))


def _work(options: argparse.Namespace) -> None:
    settings = read_settings(os.environ)
    _check_link(settings, "set all three")
    with open_database(settings) as database:
        if options.duty != "all" and not is_shared(database):
            raise UsageError("duties are shared among several workers, for which the database must be PostgreSQL")
        asyncio.run(work(settings, database, DUTIES if options.duty == "all" else frozenset((options.duty,))))


def _migrate(_: argparse.Namespace) -> None:
    with open_database(read_settings(os.environ)):
        sys.stdout.write("the database is up to date\n")


def _create_site(options: argparse.Namespace) -> None:
    settings = read_settings(os.environ)
    rules = SiteRules(options.name, options.time_zone, options.locale, options.lease_days, options.facility_code)
    with open_transaction(settings) as session:
        site_id = sites.create_site(session, _actor(options), rules, settings.secret).id
    _answer(options, {"site_id": site_id})


def _create_lane(options: argparse.Namespace) -> None:
    with open_transaction(read_settings(os.environ)) as session:
        lane_id = sites.create_lane(session, _actor(options), options.site, options.name).id
    _answer(options, {"lane_id": lane_id})


def _create_staff(options: argparse.Namespace) -> None:
    settings = read_settings(os.environ)
    password = _read_password(options.password_file)
    with open_transaction(settings) as session:
        details = StaffDetails(email=options.email, name=options.name, role=options.role, locale=options.locale)
        person = staff.create_staff(session, _actor(options), details, password=password)
        staff_id = person.id
    _answer(options, {"staff_id": staff_id})


def _rotate_signing_key(options: argparse.Namespace) -> None:
    settings = read_settings(os.environ)
    overlap = timedelta(days=options.overlap_days)
    with open_transaction(settings) as session:
        rotation = signing_keys.rotate(session, _actor(options), options.site, settings.secret, overlap)
    _answer(options, {"key_id": rotation.key_id, "takes_over_at": f"{rotation.takes_over_at:%Y-%m-%dT%H:%M:%SZ}"})


def _verify_audit(options: argparse.Namespace) -> None:
    anchor = _read_anchor(options.anchor)
    with open_database(read_settings(os.environ)) as database, database.session() as session:
        verdict = verify(session, anchor)
    head = f"{verdict.head.seq}:{verdict.head.chain.hex()}"
    found = verdict.found
    if options.json:
        what = None if found is None else {"entry": found.seq, "kind": found.kind}
        answer = {"is_whole": found is None, "entries": verdict.entries, "head": head, "break": what}
        sys.stdout.write(json.dumps(answer) + "\n")
    elif found is None:
        sys.stdout.write(f"the audit log is whole: {verdict.entries} entries, {head}\n")
    if found is not None:
        raise AuditBrokenError(f"the audit log was tampered with: entry {found.seq}: {found.kind.replace('_', ' ')}")


def _read_anchor(text: str | None) -> Anchor | None:
    if text is None:
        return None
    number, _, chain = text.partition(":")
    try:
        return Anchor(int(number), bytes.fromhex(chain))
    except ValueError as error:
        raise UsageError("--anchor must be NUMBER:HEX, as an earlier run printed it") from error


COMMANDS: Final[Mapping[str, Callable[[argparse.Namespace], None]]] = {
    "serve": _serve,
    "worker": _work,
    "migrate": _migrate,
    "create-site": _create_site,
    "create-lane": _create_lane,
    "create-staff": _create_staff,
    "create-admin": _create_staff,
    "rotate-signing-key": _rotate_signing_key,
    "audit": _verify_audit,
    "check": upkeep.check,
    "backup": upkeep.backup,
    "restore": upkeep.restore,
    "import": data.bring_in,
    "seed": data.seed,
}


def _check_link(settings: Settings, advice: str) -> None:
    if not has_link(settings):
        raise UsageError(
            "the link to the gateways needs TORNELLO_AUTHORITY_DIR, TORNELLO_BROKER_CERT and TORNELLO_BROKER_KEY; "
            + advice
        )


def _actor(options: argparse.Namespace) -> Actor:
    return Actor("system", options.command)


def _answer(options: argparse.Namespace, answer: Mapping[str, str]) -> None:
    text = json.dumps(dict(answer)) if options.json else " ".join(answer.values())
    sys.stdout.write(text + "\n")


def _read_password(path: Path | None) -> str:
    if path is not None:
        password = read_password_file(path)
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Once more: "):
            raise UsageError("the two passwords differ")
    else:
        password = sys.stdin.readline().rstrip("\n")
    return password
