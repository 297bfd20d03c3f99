"""The explanations' texts straight from the `.po` files, so that a test needs no set-up."""

import functools
from collections.abc import Mapping
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from access_policy.wording import DOMAIN, FOLDER


@functools.cache
def texts_of(language: str) -> Mapping[str, str]:
    """Every text with its translation."""
    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source, locale=language) if message.id}


def compile_into(folder: Path, language: str) -> None:
    """Write the compiled texts of a language where `gettext` looks for them."""
    target = folder / language / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    with (target / f"{DOMAIN}.mo").open("wb") as compiled:
        write_mo(compiled, catalogue)
