"""The console's pages of saved searches: their list, the menu beside other lists, and the forms."""

from typing import Final

from cloud.saved_searches.pages import search_forms, search_list

# The forms come first: their addresses would be taken for a search's id.
routers: Final = (search_forms.router, search_list.router)
