import io

from cloud.kit.progress import Progress


class Terminal(io.StringIO):
    """A stream that says that somebody looks at it."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_one_line_and_its_end() -> None:
    now = [0.0]
    stream = Terminal()
    told = Progress(stream, lambda: now[0])
    for done, at in ((100, 0.0), (200, 0.3), (300, 0.4), (1000, 0.41)):
        now[0] = at
        told.tell(done, 1000, "lines")
    assert stream.getvalue() == "\r200 of 1,000 lines\r1,000 of 1,000 lines\n"


def test_a_log_gets_a_line_every_ten_seconds() -> None:
    now = [0.0]
    stream = io.StringIO()
    told = Progress(stream, lambda: now[0])
    for done in range(1, 31):
        now[0] = float(done)
        told.tell(done, 30, "members")
    assert stream.getvalue().splitlines() == ["10 of 30 members", "20 of 30 members", "30 of 30 members"]
