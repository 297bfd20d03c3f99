"""A disk in memory that remembers every operation, and what would be left of them after a power cut.

What is synced stays. Of what is not, each 512-byte sector is there or not, in any of its versions; a file has any of
the sizes it had since; names come and go in order, up to any point. That is less than any file system promises.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Written:
    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    file: int


@dataclass(frozen=True, slots=True)
class Linked:
    name: str
    file: int


@dataclass(frozen=True, slots=True)
class Unlinked:
    name: str
    is_synced: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """Nothing on the disk: the program above says where it is."""

    what: object


Operation = Written | Truncated | Synced | Linked | Unlinked | Marked


class DiskFullError(OSError):
    """No room for another sector."""


class SimulatedDisk:
    """One folder. `log` has everything that was done to it; `capacity` bounds the bytes of all files together."""

    def __init__(self, image: Mapping[str, bytes] | None = None) -> None:
        self.image = dict(image or {})
        self.log: list[Operation] = []
        self.capacity: int | None = None
        self._files: list[bytearray] = [bytearray(content) for content in self.image.values()]
        self._names = {name: number for number, name in enumerate(self.image)}

    def exists(self, name: str) -> bool:
        return name in self._names

    def open(self, name: str) -> int:
        """The number of the file with this name, which is made when it is not there."""
        if name not in self._names:
            self._names[name] = self._new_file()
            self.log.append(Linked(name, self._names[name]))
        return self._names[name]

    def open_nameless(self) -> int:
        return self._new_file()

    def read(self, file: int, size: int, offset: int) -> bytes:
        return bytes(self._files[file][offset : offset + size])

    def size(self, file: int) -> int:
        return len(self._files[file])

    def write(self, file: int, data: bytes, offset: int) -> None:
        """Raises DiskFullError when the file would have to grow and there is no room."""
        content = self._files[file]
        growth = offset + len(data) - len(content)
        if growth > 0:
            if self.capacity is not None and self.used() + growth > self.capacity:
                raise DiskFullError
            content.extend(bytes(growth))
        content[offset : offset + len(data)] = data
        self.log.append(Written(file, offset, data))

    def truncate(self, file: int, size: int) -> None:
        _resize(self._files[file], size)
        self.log.append(Truncated(file, size))

    def sync(self, file: int) -> None:
        self.log.append(Synced(file))

    def unlink(self, name: str, *, is_synced: bool) -> None:
        self._files[self._names.pop(name)] = bytearray()
        self.log.append(Unlinked(name, is_synced))

    def mark(self, what: object) -> None:
        self.log.append(Marked(what))

    def used(self) -> int:
        return sum(map(len, self._files))

    def _new_file(self) -> int:
        self._files.append(bytearray())
        return len(self._files) - 1


def images_after_cuts(disk: SimulatedDisk, cuts: Sequence[int], rng: random.Random) -> Iterator[dict[str, bytes]]:
    """For each cut, in rising order, one of the images that the first `cut` operations may leave."""
    platter = _Platter(disk.image)
    done = 0
    for cut in cuts:
        for operation in disk.log[done:cut]:
            platter.perform(operation)
        done = cut
        yield platter.image(rng)


@dataclass(slots=True)
class _File:
    """`durable` is what the last sync left; `unsynced` what came since, `current` all of it."""

    durable: bytes = b""
    current: bytearray = field(default_factory=bytearray)
    unsynced: list[Written | Truncated] = field(default_factory=list)


class _Platter:
    """What is certain and what is not."""

    def __init__(self, image: dict[str, bytes]) -> None:
        self._files = {number: _File(content, bytearray(content)) for number, content in enumerate(image.values())}
        self._names = {name: number for number, name in enumerate(image)}
        self._unsynced_names: list[Linked | Unlinked] = []

    def perform(self, operation: Operation) -> None:
        match operation:
            case Written() | Truncated():
                file = self._files.setdefault(operation.file, _File())
                file.unsynced.append(operation)
                _apply(file.current, operation)
            case Synced():
                file = self._files.setdefault(operation.file, _File())
                file.durable, file.unsynced = bytes(file.current), []
                self._sync_names_up_to(operation.file)
            case Linked():
                self._unsynced_names.append(operation)
            case Unlinked():
                self._unsynced_names.append(operation)
                if operation.is_synced:
                    self._sync_names(len(self._unsynced_names))
            case Marked():
                pass

    def image(self, rng: random.Random) -> dict[str, bytes]:
        names = dict(self._names)
        for change in self._unsynced_names[: rng.randint(0, len(self._unsynced_names))]:
            _rename(names, change)
        survival = rng.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        return {
            name: _remains(self._files.get(number, _File()), survival, rng) for name, number in sorted(names.items())
        }

    def _sync_names_up_to(self, number: int) -> None:
        """Syncing a new file syncs its name, and with it whatever happened to names before."""
        for index, change in enumerate(self._unsynced_names):
            if isinstance(change, Linked) and change.file == number:
                self._sync_names(index + 1)
                return

    def _sync_names(self, count: int) -> None:
        for change in self._unsynced_names[:count]:
            _rename(self._names, change)
        del self._unsynced_names[:count]


def _rename(names: dict[str, int], change: Linked | Unlinked) -> None:
    if isinstance(change, Linked):
        names[change.name] = change.file
    else:
        names.pop(change.name, None)


def _remains(file: _File, survival: float, rng: random.Random) -> bytes:
    """The durable content with some of the unsynced sectors, the newest of each with the probability `survival`."""
    if not file.unsynced:
        return file.durable
    content = bytearray(file.durable)
    sizes = [len(content)]
    versions: dict[int, list[bytes]] = {}
    for operation in file.unsynced:
        _apply(content, operation)
        sizes.append(len(content))
        if isinstance(operation, Written):
            for sector in range(operation.offset // SECTOR, -(-(operation.offset + len(operation.data)) // SECTOR)):
                versions.setdefault(sector, []).append(bytes(content[sector * SECTOR : (sector + 1) * SECTOR]))
    remains = bytearray(file.durable)
    _resize(remains, sizes[-1] if rng.random() < survival else rng.choice(sizes))
    for sector, candidates in versions.items():
        if rng.random() < survival:
            chosen: bytes | None = candidates[-1]
        else:
            chosen = rng.choice((None, *candidates[:-1]))
        if chosen is not None:
            room = max(0, len(remains) - sector * SECTOR)
            remains[sector * SECTOR : sector * SECTOR + min(len(chosen), room)] = chosen[:room]
    return bytes(remains)


def _apply(content: bytearray, operation: Written | Truncated) -> None:
    if isinstance(operation, Truncated):
        _resize(content, operation.size)
        return
    _resize(content, max(len(content), operation.offset))
    content[operation.offset : operation.offset + len(operation.data)] = operation.data


def _resize(content: bytearray, size: int) -> None:
    if size < len(content):
        del content[size:]
    else:
        content.extend(bytes(size - len(content)))
