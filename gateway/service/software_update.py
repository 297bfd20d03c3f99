"""An update of the software that staff have ordered: judged, fetched in the background, handed to root, answered.

This program installs nothing: root checks all of it again, lets dpkg install, and the new release proves itself or is
taken back. Whichever program runs then, the new one or the one before, reads from disk which command waits for an
answer.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

from gateway.service.update_ports import (
    CannotFetchError,
    Ending,
    PackageDesk,
    ReleaseKey,
    UpdateFolder,
    UpdateOrder,
)
from sync_protocol.gate_commands import URL_CHARACTERS_MAX, UpdateSoftware
from sync_protocol.software_release import (
    PACKAGE,
    ReleaseTextError,
    SignedRelease,
    SoftwareRelease,
    read_release,
    version_numbers,
)

logger = logging.getLogger(__name__)

LOOK_S: Final = 2.0
TAKEN_MAX_S: Final = 60.0
"""A device without the package's unit would take no notice."""
ENDED_MAX_S: Final = 2_400.0
"""As long as root's unit may run."""
KEPT_S: Final = 600.0
"""So long the answer outlives a restart: the cloud may not have heard it."""
Seen = TypeVar("Seen")


class Answers(Protocol):
    """Whom the commands come from."""

    def expect(self, order: UpdateOrder) -> None:
        """A command of an earlier run of the program will be answered."""

    async def conclude(self, order: UpdateOrder, ending: Ending) -> None:
        """Answer a command that was begun."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What an update begins from: the version that runs, and what Debian calls this kind of device."""

    version: str
    architecture: str


@dataclass(frozen=True, slots=True)
class _Begun:
    order: UpdateOrder
    url: str
    text: str
    release: SoftwareRelease


class SoftwareUpdates:
    """One at a time: `begin` takes or refuses, `run` carries out until cancelled."""

    def __init__(
        self, ground: Ground, folder: UpdateFolder, desk: PackageDesk, key: ReleaseKey, *, look_s: float = LOOK_S
    ) -> None:
        self._ground = ground
        self._folder = folder
        self._desk = desk
        self._key = key
        self._look_s = look_s
        self._is_busy = False
        self._begun: asyncio.Queue[_Begun] = asyncio.Queue(1)

    def begin(self, order: UpdateOrder, action: UpdateSoftware) -> Ending | None:
        """Why it is not done; None: it is begun, and the answer comes when it has ended."""
        signed = _read(action)
        if signed is None:
            return "refused", "release_malformed"
        hindrance = self._find_hindrance(signed, action.url)
        if hindrance:
            return "refused", hindrance
        self._is_busy = True
        self._begun.put_nowait(_Begun(order, action.url, action.release, signed.release))
        return None

    async def run(self, answers: Answers) -> None:
        """Answer what an earlier run of the program began, then whatever is begun."""
        left = await asyncio.to_thread(self._folder.load_order)
        if left is not None:
            self._is_busy = True
            answers.expect(left)
            ending: Ending = ("failed", "update_interrupted") if not left.is_asked else await self._wait(left)
            await answers.conclude(left, ending)
        has_kept = left is not None
        while True:
            self._is_busy = not self._begun.empty()
            try:
                # For so long a restart answers once more; then nothing is left of it.
                async with asyncio.timeout(KEPT_S if has_kept else None):
                    begun = await self._begun.get()
            except TimeoutError:
                await asyncio.to_thread(self._folder.forget)
                has_kept = False
                continue
            await answers.conclude(begun.order, await self._carry_out(begun))
            has_kept = True

    def _find_hindrance(self, signed: SignedRelease, url: str) -> str:
        """Why the release is not for this gateway; empty: it is."""
        release = signed.release
        if not self._key.is_there():
            return "no_release_key"
        if not self._key.has_signed(signed):
            return "release_unsigned"
        if (release.package, release.architecture) != (PACKAGE, self._ground.architecture):
            return "release_of_other_device"
        if version_numbers(release.version) <= version_numbers(self._ground.version):
            return "release_not_newer"
        if not _is_address(url):
            return "update_address_wrong"
        return "update_running" if self._is_busy else ""

    async def _carry_out(self, begun: _Begun) -> Ending:
        order, release = begun.order, begun.release
        try:
            await asyncio.to_thread(self._folder.save_order, order)
            logger.warning("release %s is fetched", release.version)
            await self._desk.fetch(begun.url, release)
            asked = UpdateOrder(order.command_id, order.nonce, is_asked=True)
            await asyncio.to_thread(self._folder.ask, asked, begun.text)
        except CannotFetchError as error:
            logger.warning("release %s is not here: %s", release.version, error)
            return "failed", error.detail
        except OSError as error:
            logger.warning("release %s cannot be kept: %s", release.version, error)
            return "failed", "update_not_kept"
        logger.warning("release %s is handed to root", release.version)
        return await self._wait(asked)

    async def _wait(self, order: UpdateOrder) -> Ending:
        """Until root has told how it ended."""
        if not await self._watch(self._folder.is_taken, order, TAKEN_MAX_S):
            await asyncio.to_thread(self._folder.withdraw)
            return "failed", "update_not_taken"
        ending = await self._watch(self._folder.find_ending, order, ENDED_MAX_S)
        return ending or ("failed", "update_undecided")

    async def _watch(self, look: Callable[[str], Seen], order: UpdateOrder, most_s: float) -> Seen | None:
        """What is seen as soon as there is something; None if there never is."""
        try:
            async with asyncio.timeout(most_s):
                while True:
                    if seen := await asyncio.to_thread(look, order.command_id):
                        return seen
                    await asyncio.sleep(self._look_s)
        except TimeoutError:
            return None


def _read(action: UpdateSoftware) -> SignedRelease | None:
    if len(action.url) > URL_CHARACTERS_MAX or not action.url.isprintable():
        return None
    try:
        signed = read_release(action.release)
        urlsplit(action.url)
    except (ReleaseTextError, ValueError):
        return None
    return signed if signed.release.version == action.version else None


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that no port can have: connecting would end this program, or lead elsewhere
        return False
