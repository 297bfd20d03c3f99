"""The verdicts about the gate and the link, from what the running gateway knows of them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.service.status_records import ReaderReport
from sync_protocol.self_test import CheckOutcome

RETRIES_MAX: Final = 0.01
"""A good line repeats less than one poll in a hundred."""
POLLS_MIN: Final = 500
EVENTS_WAITING_MANY: Final = 10_000
LEASE_LEFT_LOW: Final = 1 / 4
DECISION_SLOW_US: Final = 10_000
DAY_S: Final = 86_400

_LANE_FAULTS: Final = {
    "fault": "lane_out_of_order",
    "blocked": "lane_alarm",
    "jammed": "lane_jam",
    "held": "lane_held",
    "forced": "lane_jam",
}

Counters = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class LinkState:
    """The way to the cloud: `failure` is the newest reason for not being connected, `reason` the stable word for it."""

    is_connected: bool
    is_welcome: bool
    failure: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KnownState:
    """What is in force: `lease_days` None as long as there is no state; UTC seconds."""

    revision: int
    is_damaged: bool
    lease_days: int | None
    last_contact_at: int | None


def check_reader(reader: ReaderReport, counters: Counters) -> CheckOutcome:
    """Online, in a secure channel, with a quiet line."""
    measured = _line_figures(counters)
    faults = {
        "reader_alarm": bool(reader.alarm),
        "reader_offline": not reader.is_online,
        "reader_tampered": reader.is_tampered,
        "reader_power_failing": reader.is_power_failing,
    }
    for finding, is_so in faults.items():
        if is_so:
            return CheckOutcome("reader", "bad", finding, reader.reader, measured)
    if not reader.is_secure and "polls" in counters:
        return CheckOutcome("reader", "warning", "reader_in_plain_text", reader.reader, measured)
    if _retry_share(counters) > RETRIES_MAX:
        return CheckOutcome("reader", "warning", "reader_line_noisy", reader.reader, measured)
    return CheckOutcome("reader", "good", subject=reader.reader, measured=measured)


def check_display(reader: ReaderReport) -> CheckOutcome:
    """What the reader says of its display; one that says nothing is looked at by the installer."""
    if not reader.is_online:
        return CheckOutcome("display", "not_tested", "reader_offline", reader.reader)
    if reader.shows is None:
        return CheckOutcome("display", "not_tested", "display_look", reader.reader)
    if not reader.shows.text_lines:
        return CheckOutcome("display", "not_tested", "display_none", reader.reader)
    measured = f"{reader.shows.text_lines} x {reader.shows.text_columns}"
    return CheckOutcome("display", "good", "display_look", reader.reader, measured)


def check_lane(name: str, state: str, *, mode: str, has_passage_input: bool) -> CheckOutcome:
    """The inputs of a lane as its state tells them, and a mode that keeps members out or lets everybody in."""
    if state in _LANE_FAULTS:
        return CheckOutcome("inputs", "bad", _LANE_FAULTS[state], name, state)
    if state in {"free_passage", "evacuation"}:
        return CheckOutcome("inputs", "warning", "lane_open", name, state)
    if mode in {"locked", "lockdown"}:
        return CheckOutcome("inputs", "warning", "lane_restricted", name, mode)
    if not has_passage_input:
        return CheckOutcome("inputs", "warning", "passage_input_missing", name, state)
    return CheckOutcome("inputs", "good", subject=name, measured=state)


def check_link(link: LinkState) -> CheckOutcome:
    """The broker, and the cloud behind it."""
    if not link.is_connected:
        finding = "certificate_refused" if "certificate" in link.failure else "broker_unreachable"
        return CheckOutcome("broker", "bad", finding, measured=link.failure)
    if not link.is_welcome:
        return CheckOutcome("broker", "bad", "cloud_silent")
    return CheckOutcome("broker", "good")


def check_state(state: KnownState, now_s: int) -> CheckOutcome:
    """What is in force, and how long allows still hold without the cloud."""
    if state.is_damaged:
        return CheckOutcome("state", "bad", "state_damaged", measured=f"revision {state.revision}")
    if state.lease_days is None:
        return CheckOutcome("state", "bad", "state_missing")
    silent_days = (now_s - (state.last_contact_at or 0)) / DAY_S
    left_days = state.lease_days - silent_days
    measured = f"revision {state.revision}, {max(left_days, 0.0):.1f} d"
    if state.lease_days and left_days <= 0:
        return CheckOutcome("state", "bad", "lease_over", measured=measured)
    if state.lease_days and left_days / state.lease_days < LEASE_LEFT_LOW:
        return CheckOutcome("state", "warning", "lease_ends_soon", measured=measured)
    return CheckOutcome("state", "good", measured=measured)


def check_outbox(waiting: int) -> CheckOutcome:
    """How many events wait for the cloud."""
    if waiting > EVENTS_WAITING_MANY:
        return CheckOutcome("journal", "warning", "events_waiting", measured=str(waiting))
    return CheckOutcome("journal", "good", measured=str(waiting))


def check_decision(decided_in_us: int) -> CheckOutcome:
    """A self-tap that was answered as it must be, in so many microseconds."""
    measured = f"{decided_in_us / 1000:.1f} ms"
    if decided_in_us > DECISION_SLOW_US:
        return CheckOutcome("decision", "warning", "decision_slow", measured=measured)
    return CheckOutcome("decision", "good", measured=measured)


def _line_figures(counters: Counters) -> str:
    latency = counters.get("latency_p99_ms")
    figures = [] if latency is None else [f"{latency:g} ms"]
    if counters.get("polls"):
        figures.append(f"{_retry_share(counters) * 100:.2f} %")
    return ", ".join(figures)


def _retry_share(counters: Counters) -> float:
    polls, retries = counters.get("polls") or 0, counters.get("retries") or 0
    return retries / polls if polls >= POLLS_MIN else 0.0
