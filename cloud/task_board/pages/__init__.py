"""The console's pages of the board and of the agenda."""

from typing import Final

from cloud.task_board.pages import adding, agenda, board, moving, quick_view

# Adding comes before one card: its address would be taken for a card's.
routers: Final = (board.router, adding.router, moving.router, quick_view.router, agenda.router)
