"""A self-test as a table for people at a terminal, and what to do about each finding. English, as all commands here."""

from collections.abc import Iterator, Mapping
from typing import Final

from sync_protocol.self_test import CheckOutcome, Verdict

ADVICE: Final[Mapping[str, str]] = {
    "broker_unreachable": "network, address and port of the broker; the gate goes on deciding meanwhile",
    "certificate_ends_soon": "it renews itself while it reaches the cloud: see the log for why it does not",
    "certificate_expired": "enrol again: see the installer's guide",
    "certificate_not_yet_valid": "this machine's clock is wrong: set it, or let it reach the network",
    "certificate_refused": "broker and gateway do not accept each other's certificate: enrol again",
    "certificate_unreadable": "read as root or as the gateway's own user; otherwise enrol again",
    "clock_not_confirmed": "the network or the cloud confirms the time when it is reached",
    "clock_untrusted": "the time is behind one that has passed: let this machine reach the network, or set the clock",
    "cloud_silent": "the broker is there, the cloud does not answer: does its worker run, was this gateway replaced?",
    "configuration_missing": "write the configuration, then test again",
    "configuration_unusable": "correct what `tornello-gateway check-config` names",
    "decision_slow": "this machine is busy or hot: see `top` and `vcgencmd measure_temp`",
    "decision_wrong": "this program does not decide as it must: go back to the version before",
    "disk_fault": "the disk takes no more: free some space; if there is space, replace the SD card",
    "disk_full": "free some space at once: events will soon be kept in memory alone",
    "disk_hangs": "the disk does not answer: replace the SD card",
    "disk_nearly_full": "free some space",
    "disk_slow": "the SD card is worn or slow: replace it soon",
    "display_look": "look: the display said Self-test for three seconds",
    "display_none": "this reader has no display",
    "events_waiting": "the link has been down for long; they are sent as soon as it is back",
    "key_is_sealed": "only the service has the passphrase of the key: start it, then test again",
    "lane_alarm": "the turnstile gives an alarm",
    "lane_held": "the leaf stays open: shut it, or mend its contact",
    "lane_jam": "something blocks the arm, or PASS is wired the wrong way round",
    "lane_open": "the gate is open to everybody: fire, evacuation or free passage",
    "lane_out_of_order": "READY is lost: the turnstile's power, and the wiring of READY",
    "lane_restricted": "staff have closed this lane to members: `lane-mode` tells who, and opens it",
    "lease_ends_soon": "mend the link: without the cloud's word members will be refused after so many days",
    "lease_over": "mend the link: members are refused until the cloud is heard",
    "machine_clock_off": "the gateway goes by the cloud's time; set this machine's clock for the logs",
    "not_enrolled": "enrol this gateway",
    "passage_input_missing": "wire PASS: without it no visit is ever counted",
    "port_forbidden": "ask as root or as the gateway's own user, who is in the group dialout",
    "port_missing": "plug the adapter in, or correct `port`: `ls /dev/serial/by-id`",
    "program_broken": "this installation is not whole: install the package again, or go back to the version before",
    "reader_alarm": "somebody tampers with the line, or the reader was replaced: pair it again once you know",
    "reader_in_plain_text": "whoever reaches the cable can open the gate: give the reader a key with `pair-reader`",
    "reader_line_noisy": "more than one poll in a hundred is repeated: wiring, 120 ohm at both ends, length",
    "reader_offline": "power, A and B, address and speed: `scan-readers` finds it while the gateway is stopped",
    "reader_power_failing": "the reader's supply",
    "reader_tampered": "the reader's cover is open, or it came off the wall",
    "relay_lane_busy": "only a lane at rest in normal mode is pulsed: try again when nobody is in it",
    "relay_listen": "did the relay click and the arm come free? Otherwise chip, line and active_low",
    "relay_not_asked": "add --relay, with everybody clear of the gate",
    "service_not_running": "start it (`systemctl start tornello-gateway`), then test again for the rest",
    "state_damaged": "nothing to do: the gateway asks the cloud for it anew",
    "state_missing": "it has never heard the cloud: mend the link; after an enrolment wait a few seconds",
    "store_damaged": "nothing to do now: the gateway puts it aside and gets its state anew; replace the SD card soon",
    "store_not_there_yet": "nothing to do: the gateway makes it at its first start",
    "store_of_a_newer_program": "this program is older than the file, and will put it aside: better keep the newer one",
    "store_unusable": "read as root or as the gateway's own user; otherwise keep the version before",
}
"""What to do, by finding."""

_WORDS: Final[Mapping[Verdict, str]] = {"good": "good", "warning": "WARNING", "bad": "BAD", "not_tested": "not tested"}
_COLOURS: Final[Mapping[Verdict, str]] = {"good": "32", "warning": "33", "bad": "31", "not_tested": "2"}


def describe_outcomes(outcomes: tuple[CheckOutcome, ...], *, has_colours: bool) -> str:
    """One line a check, what to do below those that are not good."""
    return "\n".join(line for outcome in outcomes for line in _lines(outcome, has_colours=has_colours))


def _lines(outcome: CheckOutcome, *, has_colours: bool) -> Iterator[str]:
    word = f"{_WORDS[outcome.verdict]:10}"
    verdict = f"\033[{_COLOURS[outcome.verdict]}m{word}\033[0m" if has_colours else word
    what = f"{outcome.check.replace('_', ' ')} {outcome.subject}".rstrip()
    yield f"{verdict}  {what:24}  {outcome.measured}".rstrip()
    if outcome.finding:
        yield f"{'':12}{ADVICE.get(outcome.finding, outcome.finding)}"
