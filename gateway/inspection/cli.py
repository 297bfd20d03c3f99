"""The commands of `tornello-gateway` that look into a gateway: tap, explain, muster, members, journal and more.

Exit codes as of `tornello-gateway`; `tap` and `explain` end with 0 also when the card is refused: that is an answer.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from gateway.config import GatewayConfig
from gateway.installer.bench import InstallerRefusedError
from gateway.installer.cli import AddCommand, UsageError

FOLLOW_EVERY_S: Final = 0.5
COUNT_MAX: Final = 100_000
NOT_ENROLLED: Final = 3
_AGES: Final[Mapping[str, int]] = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def add_inspection_commands(add: AddCommand) -> None:
    """Add those commands; all of them need the configuration, none a reader's key."""
    tap = add("tap", _tap, "what the gate would answer to a card; with --for-real it does", has_keys=False)
    tap.add_argument("--card", required=True, metavar="CARD", help="FACILITY:NUMBER, uid:HEX or code:TEXT")
    tap.add_argument("--lane", metavar="NAME", help="at this lane (the first one)")
    tap.add_argument("--direction", choices=("in", "out"), default="in")
    extent = tap.add_mutually_exclusive_group()
    extent.add_argument("--dry-run", action="store_true", help="only the answer: nothing opens (unless --for-real)")
    extent.add_argument("--for-real", action="store_true", help="as if read: the gate opens, the tap is recorded")
    why = add("explain", _explain, "why a card would pass or not, rule by rule, now or at another time", has_keys=False)
    why.add_argument("--card", required=True, metavar="CARD", help="FACILITY:NUMBER, uid:HEX or code:TEXT")
    why.add_argument("--at", metavar="TIME", help="at this local time of the site, as 2026-12-24T21:30 (now)")
    why.add_argument("--lane", metavar="NAME", help="at this lane (the first one)")
    why.add_argument("--direction", choices=("in", "out"), default="in")
    why.add_argument("--with-pin", action="store_true", help="as if the right PIN had been typed")
    why.add_argument("--lang", choices=("en", "it", "ru"), default="en", help="the language of the words (en)")
    why.epilog = "example: tornello-gateway explain --card 18:4821 --at 2026-12-24T21:30 --lang it"
    members = add("members", _members, "the members whom this gateway knows", has_keys=False)
    search = "only these: a part of the name on the display, or of an id; a number: so many"
    members.add_argument("search", nargs="?", default="", help=search)
    members.add_argument("--limit", type=_count, default=20, metavar="N", help="at most so many (20)")
    journal = add("journal", _journal, "what happened at this gateway lately", has_keys=False)
    journal.add_argument("--limit", type=_count, default=50, metavar="N", help="the newest N (50)")
    journal.add_argument("--since", type=_moment, metavar="WHEN", help="not older than 15m, 2h, 3d or an ISO time")
    journal.add_argument("--follow", action="store_true", help="go on with what happens, until Ctrl-C")
    muster = add("muster", _muster, "who is inside now, zone by zone, and since when", has_keys=False)
    muster.epilog = "example: tornello-gateway muster --zone Gym --json"
    muster.add_argument("--zone", metavar="NAME", help="this zone alone, by its name or id")
    for parser in (tap, why, members, muster, journal):
        parser.add_argument("--json", action="store_true", help="as JSON, one object a line")
    export = add("export", _export, "a table as CSV or JSON, without hashes and keys", has_keys=False)
    export.add_argument("--table", required=True, choices=("members", "credentials", "flags", "events"))
    export.add_argument("--format", choices=("csv", "json"), default="csv")
    export.add_argument("--out", required=True, type=Path, metavar="FILE", help="a new file; -: the standard output")
    words = "an archive for whoever helps you: no names, cards, keys or tokens are in it"
    bundle = add("support-bundle", _support_bundle, words, has_keys=False)
    bundle.add_argument("output", type=Path, metavar="FILE.tar.gz", help="a new file")
    bundle.add_argument("--json", action="store_true", help="what is in it, as an object")


def _tap(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.control_client import RequestRefusedError, ask_gateway
    from gateway.inspection.events_in_words import in_one_line

    wanted = {"card": options.card, "lane": options.lane, "direction": options.direction}
    try:
        answer = ask_gateway(config.state_dir, "tap", **wanted, for_real=options.for_real)
    except RequestRefusedError as error:
        raise UsageError(str(error)) from error
    if options.json:
        print(json.dumps(answer, ensure_ascii=False))
        return 0
    opens = "the gate opens" if answer["outcome"] != "block" else "the gate stays shut"
    lane = str(answer.get("lane", "free")).replace("_", " ")
    if lane != "free":
        opens = f"if the lane were free, {opens}"
    print(f"{'for real' if answer['is_real'] else 'dry run'} at {answer['reader']}: {answer['explanation']}")
    print(f"  {opens}; shown: {in_one_line(answer.get('text', ''))}")
    if lane != "free":
        print(f"  but the lane is {lane} at the moment: `tornello-gateway explain` says what this card meets there")
    return 0


def _explain(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.control_client import RequestRefusedError, ask_gateway
    from gateway.identity import IdentityError, load_identity
    from gateway.inspection.explained_files import explain_stored
    from gateway.inspection.explaining import describe
    from gateway.inspection.presented_card import CardFormatError
    from gateway.status_client import GatewayNotRunningError

    wanted = {"card": options.card, "lane": options.lane, "direction": options.direction, "at": options.at}
    wanted |= {"language": options.lang, "has_pin": options.with_pin}
    try:
        try:
            told: Mapping[str, Any] = ask_gateway(config.state_dir, "explain", **wanted)
        except GatewayNotRunningError:
            told = explain_stored(config, load_identity(config.state_dir), wanted)
    except (RequestRefusedError, CardFormatError) as error:
        raise UsageError(str(error)) from error
    except IdentityError as error:
        print(f"tornello-gateway: {error}", file=sys.stderr)
        return NOT_ENROLLED
    print(json.dumps(told, ensure_ascii=False) if options.json else describe(told))
    return 0


def _muster(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.control_client import RequestRefusedError, ask_gateway
    from gateway.inspection.muster import call_stored_roll, describe_zone
    from gateway.status_client import GatewayNotRunningError

    try:
        try:
            roll: Mapping[str, Any] = ask_gateway(config.state_dir, "muster", zone=options.zone)
        except GatewayNotRunningError:
            print("no gateway runs: this is who was inside when it ended", file=sys.stderr)
            roll = asyncio.run(call_stored_roll(config.state_dir, options.zone))
    except RequestRefusedError as error:
        raise UsageError(str(error)) from error
    for zone in roll["zones"]:
        print(json.dumps(zone, ensure_ascii=False) if options.json else describe_zone(zone))
    if not roll["zones"]:
        print("the site has no zones: nobody is counted", file=sys.stderr)
    return 0


def _members(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.inspection.stored_state import StoredState

    is_count = options.search.isdecimal() and len(options.search) <= 5
    limit = max(1, int(options.search)) if is_count else options.limit
    with StoredState.open(config.state_dir) as state:
        found = state.members("" if is_count else options.search, limit=limit)
    for member in found:
        fields = member.fields()
        print(json.dumps(fields, ensure_ascii=False) if options.json else _member_words(fields))
    if not found:
        print("tornello-gateway: nobody found; gateways know the names on displays, no surnames", file=sys.stderr)
    return 0


def _journal(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.inspection.events_in_words import describe_event
    from gateway.inspection.stored_journal import events_after, newest_events

    def tell(events: list[Mapping[str, Any]]) -> int:
        for fields in events:
            if options.since is None or fields["at"] >= options.since:
                print(json.dumps(fields, ensure_ascii=False) if options.json else describe_event(fields), flush=True)
        return int(events[-1]["seq"]) if events else -1

    newest = tell(newest_events(config.state_dir, options.limit))
    while options.follow:
        time.sleep(FOLLOW_EVERY_S)
        newest = max(newest, tell(events_after(config.state_dir, newest)))
    return 0


def _export(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.inspection.export import export_table

    count = export_table(config.state_dir, options.table, options.out, options.format, _tell_progress)
    _tell_progress(f"{count} row(s) of {options.table} in {options.out}")
    return 0


def _support_bundle(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.inspection.support_bundle import write_bundle

    try:
        parts = write_bundle(options.output, config, options.config)
    except FileExistsError as error:
        raise InstallerRefusedError(f"{options.output} is there already: name another file, or remove it") from error
    if options.json:
        print(json.dumps({"file": str(options.output), "parts": parts}))
        return 0
    for name, outcome in parts.items():
        print(f"{'in it' if outcome == 'ok' else 'left out'}: {name}{'' if outcome == 'ok' else f' ({outcome})'}")
    print(f"send {options.output}; look into it before, if you like: it is plain text in an archive")
    return 0


def _tell_progress(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _member_words(fields: Mapping[str, Any]) -> str:
    cards = ", ".join(f"{card['hash_begins']}… {card['status']}" for card in fields["cards"]) or "no card"
    contracts = ", ".join(_contract_words(contract) for contract in fields["contracts"]) or "no contract"
    flags = "".join(f"; {flag['effect']} ({flag['source']})" for flag in fields["flags"])
    return f"{fields['member_id']}  {fields['display_name']} ({fields['role']}): {contracts}; {cards}{flags}"


def _contract_words(contract: Mapping[str, Any]) -> str:
    begin, end = (datetime.fromtimestamp(contract[name], UTC) for name in ("starts_at", "ends_at"))
    visits = "" if contract["visits_left"] is None else f", {contract['visits_left']} visit(s)"
    return f"{begin:%Y-%m-%d} to {end:%Y-%m-%d}{visits}"


def _count(text: str) -> int:
    count = int(text)
    if not 0 < count <= COUNT_MAX:
        raise argparse.ArgumentTypeError(f"1 to {COUNT_MAX}")
    return count


def _moment(text: str) -> str:
    """An age or an instant as the ISO text that events are compared with."""
    try:
        if text[-1:] in _AGES and text[:-1].isdecimal():
            at = datetime.now(UTC) - timedelta(seconds=int(text[:-1]) * _AGES[text[-1]])
        else:
            at = datetime.fromisoformat(text)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError("such as 15m, 2h, 3d or 2026-11-21T12:00") from error
    return at.isoformat(timespec="milliseconds")
