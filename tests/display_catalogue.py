"""The display's texts straight from the `.po` files, so that a test needs no set-up."""

import functools
import gettext
import io

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from gateway.texts.catalogue import DOMAIN, FOLDER, TRANSLATED, Catalogue


@functools.cache
def display_catalogue() -> Catalogue:
    return Catalogue({language: _translations(language) for language in TRANSLATED})


def _translations(language: str) -> gettext.GNUTranslations:
    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as source:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
