"""The console's pages about access rules: one page for each site, and the forms that it opens."""

from typing import Final

from cloud.access_rules.pages import lanes, levels, overview, schedules, site_rules, special_days, zones

routers: Final = tuple(part.router for part in (overview, site_rules, zones, lanes, schedules, special_days, levels))
