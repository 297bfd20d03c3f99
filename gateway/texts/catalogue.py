"""Translations by gettext; English is the language of the source. Only the standard library is needed at run time."""

import gettext
from collections.abc import Mapping
from pathlib import Path
from typing import Final

DOMAIN: Final = "display"
SOURCE_LANGUAGE: Final = "en"
TRANSLATED: Final = ("it", "ru")
FOLDER: Final = Path(__file__).parent


class CatalogueMissingError(Exception):
    """The installation is incomplete: a language has no compiled texts."""


def mark(text: str) -> str:
    """Name a text for the translators where it is written down; it is translated where it is shown."""
    return text


def language_of(locale: str) -> str:
    """The language of a locale: `it` for `it`, `it_IT` and `it-CH`."""
    return locale.replace("_", "-").partition("-")[0].lower()


class Catalogue:
    """The texts in every language; an unknown language gets English."""

    def __init__(self, translations: Mapping[str, gettext.NullTranslations]) -> None:
        self._translations = dict(translations)

    def translate(self, text: str, locale: str) -> str:
        """A marked text in the language of this locale."""
        translation = self._translations.get(language_of(locale))
        return text if translation is None else translation.gettext(text)


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read the compiled texts.

    Raises:
        CatalogueMissingError: a language is not there.
    """
    try:
        return Catalogue({language: gettext.translation(DOMAIN, folder, [language]) for language in TRANSLATED})
    except OSError as error:
        raise CatalogueMissingError(
            f"the display's texts are not compiled ({error}): run `make setup`, or install the package again"
        ) from error
