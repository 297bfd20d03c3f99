"""Every payment of a site in one list: for contracts and at the till, with what failed and what was taken back."""
