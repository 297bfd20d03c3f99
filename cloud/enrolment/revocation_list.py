"""The list of revoked certificates as a file that the broker reads: written anew at every revocation, and every day.

A broker with an expired list refuses everybody, and says to each that *their* certificate has expired. So a list lives
for thirty days and is renewed daily: a failure is an error in the log for 29 days before it shuts anybody out.
The file is replaced at once, never removed: mosquitto 2.0 that finds none when it is told to reload lets everybody in.
"""

import asyncio
import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from cloud.database import DATABASE_FAULTS, Database
from cloud.enrolment.authority import BACKDATED, AuthorityUnusableError, OnlineAuthority
from cloud.enrolment.certificates import REVOCATIONS_TOPIC, revoked_serials

LIST_LIFE: Final = timedelta(days=30)
RENEWED_EVERY: Final = timedelta(days=1)
CHECKED_EVERY_S: Final = 5.0
"""How soon a revocation by another process is seen."""
COMPLAIN_EVERY_S: Final = 3600.0
_logger = logging.getLogger(__name__)


class RevocationFile:
    """The file at `path`; whoever may connect to the broker may read it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> x509.CertificateRevocationList | None:
        """The list in the file; None when there is none, or nothing of use."""
        try:
            return x509.load_pem_x509_crl(self._path.read_bytes())
        except (OSError, ValueError):
            return None

    def update(self, authority: OnlineAuthority, revoked: dict[str, datetime], now: datetime) -> bool:
        """Write the list if it would say something else, or is a day old; True if it was written.

        Raises:
            OSError: the file cannot be written.
        """
        present = self.read()
        if present is not None and not _is_outdated(present, set(revoked), now):
            return False
        begins_at = (now - BACKDATED).replace(microsecond=0)
        if present is not None:  # of two lists the broker believes the one that is later by its date
            begins_at = max(begins_at, present.last_update_utc + timedelta(seconds=1))
        write_public(self._path, authority.sign_revocation_list(revoked, begins_at=begins_at, life=LIST_LIFE))
        return True


def _is_outdated(present: x509.CertificateRevocationList, revoked: set[str], now: datetime) -> bool:
    named = {f"{entry.serial_number:x}" for entry in present}
    is_fresh = present.last_update_utc + RENEWED_EVERY > now > present.last_update_utc - RENEWED_EVERY
    return not (is_fresh and revoked <= named)


def write_public(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, durable, readable by everybody."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o644)  # whatever the umask is
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)


def update_list(path: Path, authority_dir: Path, database: Database) -> bool:
    """Bring the file up to date with the database; True if it was written.

    Raises:
        AuthorityUnusableError, OSError: it cannot be signed or written.
        one of DATABASE_FAULTS: it is not known who is revoked.
    """
    with database.session() as session:
        revoked, now = revoked_serials(session), session.now
    return RevocationFile(path).update(OnlineAuthority.load(authority_dir), revoked, now)


async def keep_list(path: Path | None, authority_dir: Path | None, database: Database) -> None:
    """Keep the file up to date until cancelled; nothing is done where no file, or no authority, is named."""
    if path is None or authority_dir is None:
        return
    complained_at = float("-inf")
    loop = asyncio.get_running_loop()
    with database.wakeups.subscribe(REVOCATIONS_TOPIC) as subscription:
        while True:
            try:
                if await asyncio.to_thread(update_list, path, authority_dir, database):
                    _logger.info("the list of revoked certificates is written anew: %s", path)
                complained_at = float("-inf")
            except (AuthorityUnusableError, OSError, *DATABASE_FAULTS) as error:
                if loop.time() - complained_at >= COMPLAIN_EVERY_S:
                    complained_at = loop.time()
                    _logger.error("THE LIST OF REVOKED CERTIFICATES IS NOT RENEWED: %s; %s", error, _validity(path))  # noqa: TRY400 - the text says it all
            await subscription.wait(CHECKED_EVERY_S)


def _validity(path: Path) -> str:
    present = RevocationFile(path).read()
    ends_at = None if present is None else present.next_update_utc
    if ends_at is None:
        return "there is no list yet"
    state = "has let nobody in since" if ends_at <= datetime.now(UTC) else "lets nobody in from"
    return f"the broker {state} {ends_at:%Y-%m-%d %H:%M} UTC, if it has this list"
