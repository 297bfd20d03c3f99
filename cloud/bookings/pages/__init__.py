"""Pages of bookings: the forms of the member card, and the lists behind the figures of a period, also as files."""

from typing import Final

from cloud.bookings.pages import list_files, lists, of_member

routers: Final = (lists.router, list_files.router, of_member.router)
