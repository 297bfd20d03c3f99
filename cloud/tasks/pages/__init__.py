"""The console's pages about tasks: list, one task with its forms, a new one, a bulk, enquiry statuses."""

from typing import Final

from cloud.tasks.pages import bulk, closing_forms, export_files, listing, new_task, one_task, status_forms

# Bulk and export come before one task: their addresses would be taken for a task's id.
routers: Final = (
    listing.router,
    export_files.router,
    bulk.router,
    new_task.router,
    one_task.router,
    closing_forms.router,
    status_forms.router,
)
