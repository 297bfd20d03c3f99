"""The tables of both files, as numbered migrations that only go forward. A released step is never edited."""
