"""Names of people who do not exist, Latin and Cyrillic, as many as a city has: a search finds a few dozen, or one."""

import random
from itertools import product
from typing import Final, Literal, NamedTuple

Sex = Literal["female", "male"]


class Name(NamedTuple):
    """What somebody is called, and the language that the gate speaks to them."""

    first: str
    last: str
    sex: Sex
    locale: str


_LATIN_FIRST: Final[dict[Sex, tuple[str, ...]]] = {
    "female": ("Giulia", "Sofia", "Chiara", "Zoë", "Martina", "Elena", "Anna", "Francesca", "Beatrice", "Noemi"),
    "male": ("Marco", "Niccolò", "Luca", "Matteo", "Davide", "Paolo", "Giorgio", "Andrea", "Pietro", "Renzo"),
}
_CYRILLIC_FIRST: Final[dict[Sex, tuple[str, ...]]] = {
    "female": ("Анна", "Ольга", "Алёна", "Мария", "Екатерина", "Юлия", "Наталья", "Ирина", "Дарья", "Вера"),
    "male": ("Иван", "Пётр", "Юрий", "Сергей", "Дмитрий", "Алексей", "Николай", "Павел", "Илья", "Егор"),
}
_LATIN_PARTS: Final = ("ros", "bian", "fer", "ra", "co", "lom", "man", "tel", "vi", "sca", "der", "mo", "gal", "ben")
_CYRILLIC_PARTS: Final = ("ива", "пет", "соко", "лебе", "коз", "нови", "моро", "щерба", "куз", "попо", "василь", "федо")
_LATIN_LAST: Final = tuple("".join(parts).capitalize() + "i" for parts in product(_LATIN_PARTS, repeat=3))
_CYRILLIC_LAST: Final = tuple("".join(parts).capitalize() for parts in product(_CYRILLIC_PARTS, repeat=3))
_CYRILLIC_SHARE: Final = 0.35


def pick_name(chance: random.Random) -> Name:
    """Somebody's name: about a third are Cyrillic, whose last names have an ending for each sex."""
    sex: Sex = "female" if chance.random() < 0.5 else "male"
    if chance.random() < _CYRILLIC_SHARE:
        ending = "ва" if sex == "female" else "в"
        return Name(chance.choice(_CYRILLIC_FIRST[sex]), chance.choice(_CYRILLIC_LAST) + ending, sex, "ru")
    return Name(
        chance.choice(_LATIN_FIRST[sex]), chance.choice(_LATIN_LAST), sex, "it" if chance.random() < 0.9 else "en"
    )
