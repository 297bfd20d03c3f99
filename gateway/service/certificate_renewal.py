"""Renews the gateway's certificate when half of its life is over, with a new key, and loses no connection over it.

The next pair is a candidate until the broker has let it in; meanwhile the link tries the two in turns. A gateway that
was away for longer than its certificate lived asks all the same: then staff decide, and it goes on asking until then.
Nothing is decided on an untrusted clock; that the broker calls the certificate expired is reason enough to ask.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from gateway.service.certificate_ports import (
    CertificateDesk,
    CertificateFacts,
    CertificatePairs,
    CertificateTrial,
    DeskUnreachableError,
    RenewalDeniedError,
)
from gateway.service.ports import CloudLink, SettableClock

logger = logging.getLogger(__name__)

RENEWED_AT: Final = 0.5
WARNED_AT: Final = 0.75
FIRST_DELAY_S: Final = 30.0
DELAY_MAX_S: Final = 3600.0
APPROVAL_DELAY_MAX_S: Final = 300.0
DENIED_DELAY_S: Final = 6 * 3600.0
TRIED_AGAIN_AFTER_S: Final = 3600.0
CANDIDATE_REFUSALS_MAX: Final = 5
WARN_EVERY_S: Final = 24 * 3600.0
_EXPIRED: Final = frozenset({"certificate_expired", "validity_disputed"})

State = Literal["in_order", "due", "waiting_for_approval", "trying_next", "denied", "no_address", "missing"]


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """How the certificate is; `fingerprint` is of the key for the next one, `detail` says what hinders the renewal."""

    state: State
    valid_until: str = ""
    is_running_out: bool = False
    fingerprint: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RenewalPorts:
    """What the renewal works with; `desk` is None where nobody knows the cloud's address.

    `random` gives numbers in [0, 1), with which a fleet spreads its questions.
    """

    pairs: CertificatePairs
    trial: CertificateTrial
    desk: CertificateDesk | None
    link: CloudLink
    clock: SettableClock
    random: Callable[[], float]


class CertificateRenewal:
    """`run` does it all; `look_now` lets it look at once, `status` tells how far it is.

    `first_delay_s` is the pause after a first attempt in vain, and at most the pause between two looks.
    """

    def __init__(self, ports: RenewalPorts, *, first_delay_s: float = FIRST_DELAY_S) -> None:
        self._ports = ports
        self._first_delay_s = first_delay_s
        self._news = asyncio.Event()
        self._attempts = 0
        self._next_attempt_at = float("-inf")
        self._next_trial_at = float("-inf")
        self._next_warning_at = float("-inf")
        self._state: State = "in_order"
        self._detail = ""

    @property
    def status(self) -> CertificateStatus:
        """How the certificate is now."""
        current = self._ports.pairs.current
        if current is None:
            return CertificateStatus("missing", detail="key and certificate are missing, or do not belong together")
        return CertificateStatus(
            self._state,
            valid_until=f"{datetime.fromtimestamp(current.not_after_s, UTC):%Y-%m-%dT%H:%M:%SZ}",
            is_running_out=self._part_lived(current) >= WARNED_AT,
            fingerprint=self._ports.pairs.next_fingerprint,
            detail=self._detail,
        )

    def look_now(self) -> None:
        """Something has happened on the link."""
        self._news.set()

    async def run(self) -> None:
        """Look from time to time, and when there are news, until cancelled."""
        while True:
            await self.tick()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._first_delay_s):
                    await self._news.wait()
            self._news.clear()

    async def tick(self) -> None:
        """Do what is due now."""
        try:
            if self._ports.pairs.candidate is not None:
                await self._try_candidate()
            elif self._is_due():
                await self._ask()
            else:
                self._enter("in_order")
        except OSError as error:
            self._put_off(DELAY_MAX_S)
            self._enter("due", f"the certificate cannot be stored: {error}")
        self._warn_in_time()

    def _is_due(self) -> bool:
        current = self._ports.pairs.current
        if current is None:
            return False
        if self._ports.trial.refusal in _EXPIRED:
            return True
        return self._ports.clock.trust != "untrusted" and self._part_lived(current) >= RENEWED_AT

    async def _ask(self) -> None:
        if self._ports.desk is None:
            self._enter("no_address", "the cloud's address is not known: enrol this gateway once again")
            return
        now_s = self._ports.clock.monotonic()
        if now_s < self._next_attempt_at:
            return
        try:
            answer = await self._ports.desk.obtain()
        except DeskUnreachableError as error:
            self._put_off(DELAY_MAX_S)
            self._enter("due", str(error))
        except RenewalDeniedError as error:
            self._put_off(DENIED_DELAY_S, at_least_s=DENIED_DELAY_S / 2)
            self._enter("denied", f"{error} ({error.code})")
        else:
            if answer == "granted":
                self._attempts = 0
                self._next_attempt_at = self._next_trial_at = float("-inf")
                await self._try_candidate()
            else:
                self._put_off(APPROVAL_DELAY_MAX_S)
                self._enter("waiting_for_approval", "the certificate has expired; staff have to let this gateway back")

    async def _try_candidate(self) -> None:
        trial, pairs, now_s = self._ports.trial, self._ports.pairs, self._ports.clock.monotonic()
        if trial.is_candidate_proven:
            await pairs.promote()
            self._enter("in_order")
            logger.info("the new certificate is in use, until %s", self.status.valid_until)
        elif trial.candidate_refusals >= CANDIDATE_REFUSALS_MAX:
            await pairs.discard()
            self._put_off(DELAY_MAX_S, at_least_s=DELAY_MAX_S / 2)
            self._enter("due", "the broker does not take the new certificate; another one will be asked for")
        else:
            self._enter("trying_next")
            if self._ports.link.is_connected and now_s >= self._next_trial_at:
                self._next_trial_at = now_s + TRIED_AGAIN_AFTER_S
                self._ports.link.reconnect("a new certificate is tried")

    def _put_off(self, delay_max_s: float, *, at_least_s: float = 0.0) -> None:
        """Wait longer after each attempt, with jitter: between half and the whole of the delay."""
        delay_s = min(delay_max_s, max(at_least_s, self._first_delay_s * 2.0 ** min(self._attempts, 16)))
        self._attempts += 1
        self._next_attempt_at = self._ports.clock.monotonic() + delay_s * (1 + self._ports.random()) / 2

    def _enter(self, state: State, detail: str = "") -> None:
        if (state, detail) != (self._state, self._detail) and state not in {"in_order", "trying_next"}:
            logger.warning("the certificate is not renewed: %s: %s", state.replace("_", " "), detail)
        self._state, self._detail = state, detail

    def _part_lived(self, facts: CertificateFacts) -> float:
        now_s = self._ports.clock.wall_ms() / 1000
        return (now_s - facts.not_before_s) / max(1, facts.not_after_s - facts.not_before_s)

    def _warn_in_time(self) -> None:
        now_s, status = self._ports.clock.monotonic(), self.status
        if status.is_running_out and now_s >= self._next_warning_at and self._ports.clock.trust != "untrusted":
            self._next_warning_at = now_s + WARN_EVERY_S
            logger.warning("THE CERTIFICATE RUNS OUT on %s: %s", status.valid_until, status.detail or status.state)
