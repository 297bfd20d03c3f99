"""Codes by which links in advertisements name their source. Pure."""

import re
from collections.abc import Set as AbstractSet
from itertools import count
from typing import Final

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_CHARACTERS_MAX: Final = 40
_WITHOUT_LATIN: Final = "source"


def link_code(folded_name: str, taken: AbstractSet[str]) -> str:
    """A code that stands in an address as it is: `"spring leaflet"` -> `"spring-leaflet"`, numbered when it is taken.

    A name without Latin letters and digits gives `source`.
    """
    code = _OTHER.sub("-", folded_name)[:_CHARACTERS_MAX].strip("-") or _WITHOUT_LATIN
    return next(each for at in count(1) if (each := code if at == 1 else f"{code}-{at}") not in taken)
