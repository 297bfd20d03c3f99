"""The payments of a site in the console: the list with its filters and sums, and the list as a file."""

from typing import Final

from cloud.payments.pages import list_files, listing

routers: Final = (listing.router, list_files.router)
