"""The gateway's two SQLite files: the state in force, which can be rebuilt, and the journal, which cannot.

Read `store.py` first. One thread owns both writing connections; the tap reads through a connection of its own.
"""
