"""Forms on the member card about contracts: sell a plan, agree on terms, freeze, extend, end."""

from typing import Final

from cloud.contracts.pages.course import router as course
from cloud.contracts.pages.sales import router as sales
from cloud.contracts.pages.terms import router as terms

routers: Final = (sales, terms, course)
