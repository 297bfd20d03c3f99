"""The console's pages about members: list and card, and the forms that the card opens."""

from typing import Final

from cloud.members.pages import card, standing_forms

routers: Final = (card.router, standing_forms.router)
