"""Every error of the virtual turnstile, by whose fault it is.

VirtualTurnstileError
+-- ConfigurationError     the file is wrong; names every mistake
+-- PathTakenError         a path or address is in use by somebody else
+-- CardMalformedError     what was typed is no card number
+-- ReaderUnpluggedError   there is no reader to present a card to
"""


class VirtualTurnstileError(Exception):
    """Any error of this package."""


class ConfigurationError(VirtualTurnstileError):
    """The configuration has mistakes; `mistakes` has a line for each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class PathTakenError(VirtualTurnstileError):
    """A path or an address that we need is in use by somebody else."""


class CardMalformedError(VirtualTurnstileError):
    """The text is no card number of the form `facility:number`, or a part of it is out of range."""


class ReaderUnpluggedError(VirtualTurnstileError):
    """The reader is unplugged: a card before it meets nothing."""
