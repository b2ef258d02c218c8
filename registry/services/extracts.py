"""Loads files of the three tables into the embedded ERP, whole or not at all."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
from django.conf import settings
from django.utils import timezone

from registry.core import erp_urls
from registry.core.errors import BadInput, RoutingMLError
from registry.core.extract import Extract, Loaded, loaded_tables
from registry.core.files import NoTables, find_files, open_file
from registry.core.loading import TableLoad, load_table
from registry.core.mapping import ColumnMap, ColumnsMissing, TableName, check_header
from registry.core.progress import Progress, Silent, span
from registry.services import mappings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from accounts.models import User
    from registry.core.file_formats import TableFile
    from registry.models import MappingProfile

log = logging.getLogger(__name__)

Files = dict[TableName, "TableFile"]


class NotEmbedded(BadInput):
    """The configured ERP is a real one, which is never written to."""

    code = "not_embedded"


class ExtractFailed(RoutingMLError):
    """The embedded ERP could not be written."""

    code = "extract_failed"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did: with which profile, and what became of each table."""

    profile: str
    switched: bool
    tables: dict[TableName, TableLoad]


def load(
    *,
    folder: Path,
    profile: str | None = None,
    by: User | str | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Load a folder's files and make the profile they were read with the active one.

    A table that the folder lacks stays as it was when it was loaded with the same profile, and is
    left out when it was loaded with another one.  A load that fails changes nothing.

    Raises:
        NotEmbedded: when ERP_URL does not name the embedded SQLite file.
        BadInput: when the files can not be used, or there is no such profile.
        ExtractFailed: when the embedded ERP can not be written.
    """
    target = _target()
    chosen = mappings.named(profile) if profile else mappings.active_profile()
    columns = chosen.to_columns()
    files = _checked_files(folder, columns, chosen)
    with _written_or_explained(target), Extract(target) as extract:
        tables = _load_files(files, columns, extract, progress or Silent())
        _keep_others(tables, loaded_tables(target), chosen, extract)
        _count_strangers(tables, columns, extract)
        _note(tables, chosen, extract)
        extract.publish()
    switched = not chosen.is_active
    mappings.activate_profile(profile=chosen, by=by)
    log.info("registry.extract.loaded", extra={"profile": str(chosen), "folder": str(folder)})
    return LoadReport(str(chosen), switched, tables)


def _target() -> Path:
    """Return the embedded ERP's file, rid of what a killed load left beside it."""
    path = erp_urls.sqlite_path(settings.ERP_URL, base=settings.BASE_DIR)
    if path is None:
        raise NotEmbedded(
            "ERP_URL names a real ERP, which is only ever read. Take ERP_URL out of the settings "
            "to load files into the embedded one."
        )
    for draft in path.parent.glob(f"{path.name}.loading-*"):
        process = draft.name.rpartition("-")[2]
        if process.isdecimal() and not psutil.pid_exists(int(process)):
            draft.unlink(missing_ok=True)
    return path


@contextmanager
def _written_or_explained(target: Path) -> Iterator[None]:
    """Say in words why the embedded ERP could not be written."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise ExtractFailed(
            f"{target} can not be written: {error}. Nothing was changed. Check the free space "
            "of the disk and that nothing else has the file open."
        ) from error


def _checked_files(folder: Path, columns: ColumnMap, profile: MappingProfile) -> Files:
    """Open every file and check its header, before anything is written."""
    try:
        return _open_files(folder, columns)
    except (NoTables, ColumnsMissing) as error:
        message = f"{error.message}. They were looked for with profile {profile}."
        raise type(error)(message + _hint(folder, profile), **error.extra) from None


def _open_files(folder: Path, columns: ColumnMap) -> Files:
    files: Files = {}
    for name, path in find_files(folder, columns).items():
        file = open_file(path, columns.table(name))
        check_header(path.name, columns.header(name, file.header), file.header)
        files[name] = file
    return files


def _hint(folder: Path, profile: MappingProfile) -> str:
    """Return which other profile the files fit, in words, or nothing."""
    for name, columns in mappings.others(profile):
        try:
            _open_files(folder, columns)
        except BadInput:
            continue
        return f" These files look like profile {name}: run load_erp {folder} --profile {name}"
    return ""


def _load_files(
    files: Mapping[TableName, TableFile],
    columns: ColumnMap,
    extract: Extract,
    progress: Progress,
) -> dict[TableName, TableLoad]:
    """Load each table that has a file; the others are named as absent."""
    stamp = f"{timezone.localtime():%Y%m%d-%H%M%S}"
    tables: dict[TableName, TableLoad] = {}
    for number, (name, table) in enumerate(columns):
        if name not in files:
            tables[name] = TableLoad(table.view, table.file)
            continue
        tables[name] = load_table(
            name,
            columns,
            files[name],
            extract=extract,
            rejected_path=settings.DATA_DIR / "rejected" / stamp / f"{table.file}.csv",
            progress=span(progress, number / 3, (number + 1) / 3),
        )
    progress.report(1.0, "done")
    return tables


def _keep_others(
    tables: Mapping[TableName, TableLoad],
    present: list[Loaded],
    profile: MappingProfile,
    extract: Extract,
) -> None:
    """Keep tables without a new file that were loaded with the same profile."""
    ours = {one.view: one for one in present if one.profile == profile.name}
    for load in tables.values():
        if not load.file and load.view in ours:
            extract.keep(ours[load.view])
            load.kept, load.written = True, ours[load.view].rows


def _count_strangers(
    tables: Mapping[TableName, TableLoad], columns: ColumnMap, extract: Extract
) -> None:
    """Count rows that refer to no item: they stay in the extract and out of training."""
    there = {name: load for name, load in tables.items() if load.file or load.kept}
    if "items" not in there:
        return
    for name, load in there.items():
        if name != "items":
            sources = [columns.table(one).sources_of(["ITEM_CD"])[0] for one in (name, "items")]
            load.strangers = extract.count_strangers(
                load.view, sources[0], there["items"].view, sources[1]
            )


def _note(tables: Mapping[TableName, TableLoad], profile: MappingProfile, extract: Extract) -> None:
    """Write down in the extract where its tables come from."""
    moment = timezone.now().isoformat(timespec="seconds")
    for name, load in tables.items():
        if load.file:
            extract.note(Loaded(name, load.view, profile.name, load.file, load.written, moment))
