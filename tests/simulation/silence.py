"""The product's logs, silenced for as long as thousands of its lives are simulated, and no longer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_logs() -> Iterator[None]:
    """No log record of this process is made inside; what was disabled before is so again afterwards."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)
