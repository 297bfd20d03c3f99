"""What a bad line does to transmissions: loses, doubles, delays, splits, joins, flips; all from one seed."""

import random

ACTIONS = ("lose", "double", "delay", "split", "join", "flip", "pass")


class BadWire:
    """A distortion for EmulatedBus; ``is_clean`` makes it a good line again."""

    def __init__(self, seed: int, share: float) -> None:
        self._rng = random.Random(seed)
        self._share = share
        self._held = b""
        self.is_clean = False

    def __call__(self, data: bytes) -> list[tuple[float, bytes]]:
        if self.is_clean or self._rng.random() >= self._share:
            held, self._held = self._held, b""
            return [(0.0, held + data)]
        return self._distort(data, self._rng.choice(ACTIONS))

    def _distort(self, data: bytes, action: str) -> list[tuple[float, bytes]]:
        rng = self._rng
        match action:
            case "lose":
                return []
            case "double":
                return [(0.0, data), (rng.uniform(0, 0.1), data)]
            case "delay":
                return [(rng.uniform(0, 0.4), data)]
            case "split":
                cut = rng.randrange(len(data))
                return [(0.0, data[:cut]), (rng.uniform(0, 0.05), data[cut:])]
            case "join":
                self._held += data
                return []
            case "flip":
                broken = bytearray(data)
                for _ in range(rng.randint(1, 3)):
                    broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
                return [(0.0, bytes(broken))]
            case _:
                return [(0.0, data)]
