"""What keeps a backup from being made or restored; the message says what to do."""


class BackupError(Exception):
    """Nothing was changed, unless the message says so."""
