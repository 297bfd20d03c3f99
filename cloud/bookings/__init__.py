"""Sessions that members have booked, as far as the gate needs to know them."""
