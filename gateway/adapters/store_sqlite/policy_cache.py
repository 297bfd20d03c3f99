"""The rules of the site in memory: read from the state in force when they have changed, not at each tap.

Rules that cannot be read (a time zone that this machine does not know, more rows than any site has) leave the last good
ones in force: the gate goes on deciding by them, and the fault is logged once and shown. Without any it knows no site.
"""

import logging
import sqlite3
from typing import Final

import msgspec

from access_policy.row_reading import read_policy
from access_policy.site_policy import SitePolicy
from sync_protocol.errors import DECODE_FAULTS
from sync_protocol.state_rows import POLICY_KINDS, PolicyRow

logger = logging.getLogger(__name__)

POLICY_ROWS_MAX: Final = 10_000
"""A site of a hundred lanes has some hundred rows; so many are still read in a tenth of a second."""

# `0` is the character behind `/`, which ends the kind in a key.
_FIND: Final = """
SELECT body FROM state_row
WHERE generation = (SELECT generation FROM state WHERE id = 1) AND key > ? || '/' AND key < ? || '0'
LIMIT ?
"""

_decoder: Final = msgspec.msgpack.Decoder(PolicyRow)


class _TooManyRulesError(Exception):
    """The state has more rows of rules than can be meant."""


class PolicyCache:
    """`site` is what is in force as of `serial`; `fault` says why newer rules are not, empty while all is well."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.serial: int | None = None
        self.site: SitePolicy | None = None
        self.fault = ""

    def load(self, serial: int) -> None:
        """Read the rules anew, in the reading transaction of the caller."""
        self.serial = serial
        try:
            self.site = read_policy(map(_decoder.decode, self._bodies()))
        # An unknown time zone is a KeyError, one with an impossible name a ValueError or an OSError.
        except (*DECODE_FAULTS, KeyError, ValueError, OSError, _TooManyRulesError) as error:
            self.fault = f"{type(error).__name__}: {error}"
            logger.error("the site's rules cannot be read, the ones before stay in force: %s", self.fault)  # noqa: TRY400
        else:
            if self.fault:
                logger.warning("the site's rules can be read again")
            self.fault = ""

    def _bodies(self) -> list[bytes]:
        found: list[bytes] = []
        for kind in POLICY_KINDS:
            rows = self._connection.execute(_FIND, (kind, kind, POLICY_ROWS_MAX + 1 - len(found)))
            found.extend(body for (body,) in rows)
        if len(found) > POLICY_ROWS_MAX:
            raise _TooManyRulesError(f"more than {POLICY_ROWS_MAX} rows")
        return found
