"""Who runs a command."""

from __future__ import annotations

import getpass


def at_the_keyboard() -> str:
    """Return how the audit log names the person who runs this command."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "command line"
