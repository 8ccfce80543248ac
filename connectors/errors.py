"""What can go wrong when the assistant is started; every message names the remedy."""


class StartError(Exception):
    """Base of the faults that the person at the machine can mend; the message is fit to show."""


class SettingsError(StartError):
    """Settings that cannot be honoured, one line each."""
