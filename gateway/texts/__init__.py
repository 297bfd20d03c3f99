"""What the readers' displays say, in English, Italian and Russian. The `.po` files are compiled at set-up."""
