"""The shared look of the staff console: layout, assets, languages, the live stream. Pages live with their nouns."""
