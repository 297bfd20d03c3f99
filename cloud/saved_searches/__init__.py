"""Searches that staff keep under a name: the filters themselves, so that what they find is always fresh."""
