"""From the one setting that says where the ERP is to a reader of it.

``sqlite:///path``, ``postgresql://user:pw@host/db``, ``mssql://user:pw@host:port/db?driver=…``,
``odbc:<connection string>`` and ``access:///path.accdb``.  User and password are percent-encoded;
a relative path is taken from ``base``.
"""

from __future__ import annotations

import platform
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from registry.core import erp_sql
from registry.core.access import AccessFile
from registry.core.erp import ErpSource, ErpUnreachable, ResilientReader, Timeouts, without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMS = (
    "sqlite:///path, postgresql://user:password@host/database, "
    "mssql://user:password@host/database?driver=..., odbc:CONNECTION STRING, access:///path.accdb"
)
MSSQL_DRIVER = "ODBC Driver 18 for SQL Server"


def open_reader(
    url: str,
    *,
    base: Path,
    timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
    sleep: Callable[[float], None] = time.sleep,
) -> ResilientReader:
    """Return a reader of the ERP at ``url``; nothing is connected yet.

    Raises:
        ErpUnreachable: when the URL has no known form, or its driver is not installed.
    """
    return ResilientReader(_source(url, base, timeouts), sleep=sleep)


def sqlite_path(url: str, *, base: Path) -> Path | None:
    """Return the file of a ``sqlite:`` URL, None for any other ERP."""
    return _path(url, base) if url.startswith("sqlite:") else None


def _source(url: str, base: Path, timeouts: Timeouts) -> ErpSource:
    scheme, _, rest = url.partition(":")
    match scheme.casefold():
        case "sqlite":
            return erp_sql.SqlSource(erp_sql.sqlite(_path(url, base), timeouts))
        case "postgresql" | "postgres":
            parts = _split(url, scheme)
            label, secret = _server("PostgreSQL", parts), _secret(parts)
            return erp_sql.SqlSource(erp_sql.postgresql(url, label, secret, timeouts))
        case "mssql":
            parts = _split(url, scheme)
            text, label = _mssql(parts), _server("SQL Server", parts)
            return erp_sql.SqlSource(erp_sql.odbc(text, label, _secret(parts), timeouts))
        case "odbc":
            return erp_sql.SqlSource(_odbc(rest, timeouts))
        case "access":
            return _access(_path(url, base), timeouts)
        case _:
            raise ErpUnreachable(f"ERP_URL starts with {scheme[:20]!r}; known forms: {FORMS}")


def _path(url: str, base: Path) -> Path:
    """Return the path behind ``scheme:///``; four slashes (or a drive letter) make it absolute."""
    rest = url.partition(":")[2]
    path = unquote(rest.removeprefix("///"))
    if not rest.startswith("///") or not path:
        raise ErpUnreachable(f"ERP_URL {url} names no file; known forms: {FORMS}")
    return base / path


def _split(url: str, scheme: str) -> SplitResult:
    """Return the parts of a server's URL; its port must be a number."""
    parts = urlsplit(url)
    try:
        whole = bool(parts.hostname and parts.path.strip("/")) and (parts.port or True)
    except ValueError:
        whole = False
    if not whole:
        raise ErpUnreachable(
            f"ERP_URL ({scheme}) needs a host and a database; known forms: {FORMS}"
        )
    return parts


def _server(kind: str, parts: SplitResult) -> str:
    return f"{kind} {parts.hostname}{parts.path}"


def _secret(parts: SplitResult) -> str:
    return unquote(parts.password or "")


def _mssql(parts: SplitResult) -> str:
    """Return the ODBC connection string of a ``mssql:`` URL; its query adds any keyword."""
    query = {key.casefold(): (key, value) for key, value in parse_qsl(parts.query)}
    driver = query.pop("driver", ("", MSSQL_DRIVER))[1]
    words = {
        "DRIVER": driver,
        "SERVER": f"{parts.hostname},{parts.port}" if parts.port else str(parts.hostname),
        "DATABASE": unquote(parts.path.strip("/")),
        "ApplicationIntent": "ReadOnly",
    }
    if parts.username:
        words |= {"UID": unquote(parts.username), "PWD": _secret(parts)}
    elif "trusted_connection" not in query:
        words["Trusted_Connection"] = "yes"
    words |= dict(query.values())
    return ";".join(f"{key}={_braced(value)}" for key, value in words.items())


def _braced(value: str) -> str:
    """Return a connection string's value, in braces when it needs them."""
    if re.fullmatch(r"[\w.,\\:-]*", value):
        return value
    return "{" + value.replace("}", "}}") + "}"


def _odbc(connection_string: str, timeouts: Timeouts) -> erp_sql.Dialect:
    """Return the dialect of a connection string as it is."""
    password = re.search(
        r"(?i)(?:^|;)\s*(?:pwd|password)\s*=\s*(?:\{((?:[^}]|\}\})*)\}|([^;]*))", connection_string
    )
    secret = next((group for group in password.groups() if group), "") if password else ""
    label = f"ODBC source {without_secrets(connection_string, [secret])}"
    return erp_sql.odbc(connection_string, label, secret, timeouts)


def _access(path: Path, timeouts: Timeouts) -> ErpSource:
    """Return the way to an Access file that this system has."""
    if platform.system() != "Windows":
        return AccessFile(path, timeouts)
    text = f"DRIVER={{Microsoft Access Driver (*.mdb, *.accdb)}};DBQ={path};ReadOnly=1"
    return erp_sql.SqlSource(erp_sql.odbc(text, f"Access file {path}", "", timeouts))
