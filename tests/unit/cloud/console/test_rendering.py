"""Where a browser is sent after a form."""

from datetime import UTC, datetime

from cloud.console.rendering import go_to
from cloud.console.viewer import Visitor


def test_an_address_in_any_script_fits_into_the_header_of_a_fragment() -> None:
    visitor = Visitor("en", None, datetime(2026, 11, 21, tzinfo=UTC), "/", is_fragment=True)
    assert go_to(visitor, "/members?q=ж&after=%D0%B6").headers["HX-Redirect"] == "/members?q=%D0%B6&after=%D0%B6"
