"""For which address passkeys are made: WebAuthn's "relying party" (Level 2, section 5.1.3), its origin and its id.

From the settings, or `http://localhost`, which browsers hold to be secure; never from what a request says of itself.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from cloud.settings import Settings


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """`origin` is what the browser shows, e.g. `https://club.example`; `id` the name of its host."""

    origin: str
    id: str


def relying_party(settings: Settings, page: str) -> RelyingParty | None:
    """To whom passkeys belong.

    Args:
        page: the address at which the browser opened the page; it counts only when it is this machine's own.

    Returns:
        None where no address is set, and the page is not at `localhost`.
    """
    if settings.public_url:
        return RelyingParty(settings.public_url, urlsplit(settings.public_url).hostname or "")
    here = urlsplit(page)
    if here.hostname != "localhost":
        return None
    return RelyingParty(f"{here.scheme}://{here.netloc}", here.hostname)
