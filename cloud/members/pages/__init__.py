"""The console's pages about members: list and card, and the forms that the card opens."""

from typing import Final

from cloud.members.pages import card, export_files, listing, person_forms, standing_forms

routers: Final = (listing.router, export_files.router, person_forms.router, card.router, standing_forms.router)
