"""Secrets that people read from one screen and type into another."""

from __future__ import annotations

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that looks like something else."""


def readable_secret(groups: int) -> str:
    """Return groups of five characters; each group is worth 24 bits."""
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _place in range(5)) for _group in range(groups)
    )
