"""Anti-entropy: 256 buckets of additive 64-bit row hashes, kept up to date row by row.

Equal states have equal roots; a root that differs finds silent damage that revisions cannot see.
"""

import hashlib
import sys
from array import array

BUCKETS = 256
DIGEST_BYTES = BUCKETS * 8
_MASK = (1 << 64) - 1


def row_hash(key: str, row: bytes) -> int:
    """64 bits of a row and its key; additive within the key's bucket."""
    return int.from_bytes(hashlib.blake2b(row, digest_size=8, key=key.encode()[:64]).digest(), "big")


def bucket_of(key: str) -> int:
    """Which of the 256 buckets a row belongs to, by its key alone."""
    return hashlib.blake2b(key.encode(), digest_size=1).digest()[0]


class Digest:
    """The digest of a set of rows. Order does not matter; adding and removing cancel out."""

    def __init__(self, buckets: bytes | None = None) -> None:
        if buckets is not None and len(buckets) != DIGEST_BYTES:
            raise ValueError(f"a digest has {DIGEST_BYTES} bytes, not {len(buckets)}")
        self._buckets = _big_endian(array("Q", bytes(DIGEST_BYTES) if buckets is None else buckets))

    def add(self, key: str, row: bytes) -> None:
        index = bucket_of(key)
        self._buckets[index] = (self._buckets[index] + row_hash(key, row)) & _MASK

    def remove(self, key: str, row: bytes) -> None:
        index = bucket_of(key)
        self._buckets[index] = (self._buckets[index] - row_hash(key, row)) & _MASK

    def clear(self, bucket: int) -> None:
        """Take all rows out of a bucket."""
        self._buckets[bucket] = 0

    def differing(self, other: "Digest") -> list[int]:
        """The buckets whose rows are not those of another digest, in order."""
        return [index for index in range(BUCKETS) if self._buckets[index] != other._buckets[index]]

    def to_bytes(self) -> bytes:
        """All buckets, 2 KiB, big-endian; `Digest(data)` reads them back."""
        return _big_endian(self._buckets[:]).tobytes()

    def root(self) -> bytes:
        """16 bytes that stand for the whole state."""
        return hashlib.blake2b(self.to_bytes(), digest_size=16).digest()


def _big_endian(numbers: "array[int]") -> "array[int]":
    """Swap the bytes in place, where this machine has them the other way round; every heartbeat needs a digest."""
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
