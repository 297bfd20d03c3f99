"""The lines of a Wiegand reader without a reader: their fd is a socket, as readable as the kernel's."""

import socket
import time
from dataclasses import dataclass, field

import gpiod
from gpiod.line import Value

D0, D1 = 5, 6


@dataclass
class FakeLines:
    """Edges wait in a list; a byte in the socket says that there are some."""

    edges: list[gpiod.EdgeEvent] = field(default_factory=list)
    levels: dict[int, Value] = field(default_factory=dict)
    is_released: bool = False
    ends: tuple[socket.socket, socket.socket] = field(default_factory=socket.socketpair)

    @property
    def fd(self) -> int:
        return self.ends[0].fileno()

    def set_value(self, line: int, value: Value, /) -> None:
        self.levels[line] = value

    def read_edge_events(self) -> list[gpiod.EdgeEvent]:
        self.ends[0].recv(1)
        edges, self.edges = self.edges, []
        return edges

    def release(self) -> None:
        self.is_released = True
        for end in self.ends:
            end.close()

    def send(self, data: bytes, bit_count: int, *, pulse_s: float = 0.001) -> None:
        """Pulse the bits, as a reader would have done up to now."""
        bits = f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}"[:bit_count]
        begin = time.monotonic() - pulse_s * bit_count
        for number, bit in enumerate(bits):
            at_ns = round((begin + number * pulse_s) * 1e9)
            kind = gpiod.EdgeEvent.Type.RISING_EDGE.value
            self.edges.append(gpiod.EdgeEvent(kind, at_ns, D1 if bit == "1" else D0, 0, 0))
        self.ends[1].send(b"x")

    def lit(self) -> set[int]:
        return {offset for offset, level in self.levels.items() if level is Value.ACTIVE}
