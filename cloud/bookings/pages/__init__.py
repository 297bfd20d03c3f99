"""Pages of bookings: the forms of the member card, and the lists behind the figures of a period."""

from typing import Final

from cloud.bookings.pages import lists, of_member

routers: Final = (lists.router, of_member.router)
