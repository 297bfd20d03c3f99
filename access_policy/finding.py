"""What a rule found, as one sentence: a text to be translated, with named places and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC seconds, to be shown by the site's clock."""

    at_s: int


@dataclass(frozen=True, slots=True)
class Term:
    """A word of ours that is translated, too."""

    text: str


Value = Moment | Term | str | int


@dataclass(frozen=True, slots=True)
class Finding:
    """`text` is English with places in braces; `values` has each of them."""

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)


def mark(text: str) -> str:
    """Name a text for the translators where it is written down; it is translated where it is shown."""
    return text


def found(text: str, **values: Value) -> Finding:
    """A sentence for the translators, with its values."""
    return Finding(text, values)
