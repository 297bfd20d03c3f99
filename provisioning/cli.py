"""The command `tornello-provision`: the site's certificate authority, claim tokens, the broker's configuration, seeds.

Exit codes: 0 done, 1 refused, 2 wrong usage. Secrets come from files or a prompt, never from options.
"""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cloud.enrolment.authority import AuthorityUnusableError, OnlineAuthority
from provisioning.appliance.release_key_options import add_release_key, create_key, sign_packages
from provisioning.authority import (
    BUNDLE_FILE,
    REVOCATION_FILE,
    ROOT_KEY_FILE,
    LeafFiles,
    ProvisioningRefusedError,
    create_authority,
    issue_client_certificate,
    issue_server_certificate,
)
from provisioning.broker_configuration import BrokerPlan, write_broker_configuration
from provisioning.cloud_init.options import add_seed, write_files
from provisioning.virtual_reader.options import add_virtual_reader

DONE, REFUSED, WRONG_USAGE = 0, 1, 2

_EPILOGUE: Final = """\
examples:
  tornello-provision authority create --dir authority --name "Club Roma"
  tornello-provision authority server-certificate --dir authority --file broker --name localhost --ip 127.0.0.1
  tornello-provision authority server-certificate --dir authority --file cloud-https --name club.example
  tornello-provision authority client-certificate --dir authority --file cloud --name tornello-cloud
  tornello-provision broker-configuration --dir broker --authority-dir authority --port 8883
  tornello-provision claim-token --site sit_... --lane lan_... --authority-dir authority
  tornello-provision seed --help
  tornello-provision release-key --dir release-key
  tornello-provision sign-release --key release-key/release-key.pem dist/tornello-gateway_0.2.0_arm64.deb
  tornello-provision virtual-turnstile --config turnstile.toml
  tornello-provision virtual-reader --port reader.port --pty --install-mode

exit codes: 0 done, 1 refused, 2 wrong usage
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (ProvisioningRefusedError, AuthorityUnusableError) as error:
        return _complain(str(error), REFUSED)
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}", REFUSED)
    except KeyboardInterrupt:
        return REFUSED


def _create_authority(options: argparse.Namespace) -> int:
    passphrase = _read_passphrase(options.passphrase_file)
    authority = create_authority(options.dir, options.name, passphrase, datetime.now(UTC))
    advice = (
        f"Move {options.dir / ROOT_KEY_FILE} to a place offline (two USB sticks in a safe) and keep the passphrase "
        "elsewhere: it is needed again only to replace the intermediate, in five years or after a theft."
    )
    answer = {"dir": str(options.dir), "fingerprint": authority.fingerprint, "advice": advice}
    return _answer(options, answer, f"authority in {options.dir}, fingerprint {authority.fingerprint}\n{advice}")


def _issue_server(options: argparse.Namespace) -> int:
    files = issue_server_certificate(
        options.dir, options.name, options.ip, file_name=options.file, now=datetime.now(UTC)
    )
    return _answer_files(options, files)


def _issue_client(options: argparse.Namespace) -> int:
    files = issue_client_certificate(options.dir, options.name, file_name=options.file, now=datetime.now(UTC))
    return _answer_files(options, files)


def _configure_broker(options: argparse.Namespace) -> int:
    folder: Path = options.authority_dir
    plan = BrokerPlan(
        host=options.host,
        port=options.port,
        bundle=folder / BUNDLE_FILE,
        certificate=folder / f"{options.certificate}.pem",
        key=folder / f"{options.certificate}-key.pem",
        revocation_list=options.revocation_list or folder / REVOCATION_FILE,
    )
    path = write_broker_configuration(options.dir, plan)
    return _answer(options, {"configuration": str(path)}, f"start the broker with: mosquitto -c {path}")


def _create_claim_token(options: argparse.Namespace) -> int:
    from provisioning.claim_token import create_claim_token

    authority = OnlineAuthority.load(options.authority_dir)
    token = create_claim_token(options.database_url, options.site, options.lane, authority)
    answer = {"token": token.text, "lane_id": token.lane_id, "expires_at": token.expires_at.isoformat()}
    return _answer(options, answer, f"{token.text}\ngood once, until {token.expires_at:%Y-%m-%d %H:%M} UTC")


def _write_seed(options: argparse.Namespace) -> int:
    answer = write_files(options)
    return _answer(options, answer, "\n".join(answer["files"]))


def _create_release_key(options: argparse.Namespace) -> int:
    answer = create_key(options, _read_passphrase(options.passphrase_file))
    advice = f"Keep {answer['private']} offline; devices are given {answer['public']} as /etc/tornello/release.pub."
    return _answer(options, answer, advice)


def _sign_release(options: argparse.Namespace) -> int:
    answer = sign_packages(options, _read_passphrase(options.passphrase_file, is_new=False))
    return _answer(options, answer, "\n".join(answer["files"]))


def _run_virtual_reader(options: argparse.Namespace) -> int:
    from provisioning.virtual_reader.cli import run_virtual_reader

    return run_virtual_reader(options)


def _run_virtual_turnstile(options: argparse.Namespace) -> int:
    from provisioning.virtual_turnstile.cli import run

    return run(options.config)


def _answer_files(options: argparse.Namespace, files: LeafFiles) -> int:
    answer = {"certificate": str(files.certificate), "key": str(files.key)}
    return _answer(options, answer, f"{files.certificate}\n{files.key}")


def _answer(options: argparse.Namespace, answer: dict[str, Any], text: str) -> int:
    print(json.dumps(answer) if options.json else text)
    return DONE


def _complain(text: str, code: int) -> int:
    print(f"tornello-provision: {text}", file=sys.stderr)
    return code


def _read_passphrase(path: Path | None, *, is_new: bool = True) -> str:
    if path is not None:
        try:
            return path.read_text("utf-8").partition("\n")[0]
        except UnicodeDecodeError as error:
            raise ProvisioningRefusedError(f"{path} is not text") from error
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    passphrase = getpass.getpass("Passphrase for the key: ")
    if is_new and passphrase != getpass.getpass("Once more: "):
        raise ProvisioningRefusedError("the two passphrases differ")
    return passphrase


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tornello-provision",
        description="Makes what a site needs before its first gateway: authority, certificates, broker, claim tokens.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = parser.add_subparsers(required=True, metavar="COMMAND")
    authority = words.add_parser("authority", help="the certificate authority and its certificates")
    _add_authority_words(authority.add_subparsers(required=True, metavar="COMMAND"))
    broker = words.add_parser("broker-configuration", help="write mosquitto.conf and its access list")
    broker.add_argument("--dir", type=Path, required=True, help="where to write them")
    broker.add_argument("--authority-dir", type=Path, required=True, help="the authority's folder")
    broker.add_argument("--certificate", default="broker", metavar="FILE", help="its certificate there (broker)")
    broker.add_argument(
        "--revocation-list", type=Path, metavar="FILE", help="what the cloud writes (revoked.pem in --authority-dir)"
    )
    broker.add_argument("--host", type=_host, default="0.0.0.0", help="address to listen on (all)")  # noqa: S104 - a broker serves
    broker.add_argument("--port", type=_port, default=8883, help="TCP port (8883)")
    _finish(broker, _configure_broker)
    token = words.add_parser("claim-token", help="allow one gateway to be enrolled at a lane within 24 hours")
    token.add_argument("--site", required=True, metavar="SITE_ID")
    token.add_argument("--lane", required=True, metavar="LANE_ID")
    token.add_argument(
        "--authority-dir",
        type=Path,
        default=os.environ.get("TORNELLO_AUTHORITY_DIR", "authority"),
        help="the authority's folder (TORNELLO_AUTHORITY_DIR, or authority)",
    )
    token.add_argument(
        "--database-url",
        default=os.environ.get("TORNELLO_DATABASE_URL", "sqlite:///tornello.db"),
        help="the cloud's database (TORNELLO_DATABASE_URL, or sqlite:///tornello.db)",
    )
    _finish(token, _create_claim_token)
    _finish(add_seed(words), _write_seed)
    for added, run in zip(add_release_key(words), (_create_release_key, _sign_release), strict=True):
        _finish(added, run)
    turnstile = words.add_parser("virtual-turnstile", help="run turnstiles without metal, with a web page")
    turnstile.add_argument("--config", type=Path, required=True, metavar="FILE", help="the TOML file with the lanes")
    turnstile.set_defaults(command=_run_virtual_turnstile)
    _finish(add_virtual_reader(words), _run_virtual_reader)
    return parser


def _add_authority_words(words: Any) -> None:
    create = words.add_parser("create", help="make a root, kept offline, and an online intermediate")
    create.add_argument("--dir", type=Path, required=True, help="a folder without an authority")
    create.add_argument("--name", default="Tornello", help="how the certificates call it (Tornello)")
    create.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="its first line; without it: a prompt, or standard input"
    )
    _finish(create, _create_authority)
    server = words.add_parser("server-certificate", help="for the broker, or for the cloud's HTTPS")
    server.add_argument("--name", action="append", default=[], metavar="HOST", help="may be repeated")
    server.add_argument("--ip", action="append", default=[], metavar="ADDRESS", help="may be repeated")
    client = words.add_parser("client-certificate", help="for the cloud's link to the broker")
    client.add_argument(
        "--name",
        required=True,
        metavar="COMMON_NAME",
        help="tornello-cloud for the cloud; of further workers tornello-cloud-2 to -8",
    )
    for parser, command in ((server, _issue_server), (client, _issue_client)):
        parser.add_argument("--dir", type=Path, required=True, help="the authority's folder")
        parser.add_argument("--file", required=True, metavar="FILE", help="write FILE.pem and FILE-key.pem there")
        _finish(parser, command)


def _host(text: str) -> str:
    """An address that may stand in a line of the broker's configuration."""
    if not text or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address")
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a TCP port, 1 to 65535")
    return int(text)


def _finish(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")
    parser.set_defaults(command=command)


if __name__ == "__main__":
    sys.exit(main())
