"""`copy into` from files of a stage: a folder of this machine, which the session names by STANDIN_STAGE.

Owns how files are read as Snowflake reads them under the options that are known here; other options are refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import words
from cells import Answer, Column, text_column
from faults import Refused, unsupported
from memory import now
from plain_rows import Rows, fill

if TYPE_CHECKING:
    from session import Session

FIELD = re.compile(r'(?:"(?P<enclosed>(?:[^"]|"")*)"|(?P<plain>[^",\r\n][^,\r\n]*)|)(?P<ends>,|\r?\n|\Z)')
# What each option has to be; None is any value.
KNOWN = {
    "TYPE": "CSV",
    "SKIP_HEADER": None,
    "FIELD_OPTIONALLY_ENCLOSED_BY": '"',
    "ESCAPE_UNENCLOSED_FIELD": "NONE",
    "EMPTY_FIELD_AS_NULL": "TRUE",
    "NULL_IF": "(",
    "SKIP_BLANK_LINES": None,
    "ENCODING": "UTF8",
}
COPIED = 0x3600


def copy(session: Session, found: re.Match[str]) -> Answer:
    """Loads files, all of their rows or none."""
    name = session.name(found["name"])
    columns = [
        words.unquoted(one) if one.startswith('"') else one.upper() for one in words.parts(found["columns"])
    ]
    session.existing(name, "Table")
    options = words.options(found["format"])
    wrong = [key for key, value in options.items() if key not in KNOWN or KNOWN[key] not in (None, value.upper())]
    if wrong or set(KNOWN) - {"SKIP_BLANK_LINES", "SKIP_HEADER"} - set(options):
        raise unsupported(f"copy into with these options: {found['format'].strip()}")
    skips_blanks = options.get("SKIP_BLANK_LINES", "").upper() == "TRUE"
    told, loaded = [], []
    for file in (words.unquoted(one) for one in words.parts(found["files"])):
        rows = _rows(_text(session, found["stage"], file), int(options.get("SKIP_HEADER", 0)), skips_blanks)
        for number, row in enumerate(rows, 1):
            if len(row) != len(columns):
                raise Refused(
                    "100080",
                    "22000",
                    f"Number of columns in file ({len(row)}) does not match that of the corresponding table "
                    f"({len(columns)}), use file format option error_on_column_count_mismatch=false to ignore this "
                    f"error\n  File '{file}', line {number}",
                )
        told.append([file, "LOADED", *[str(len(rows))] * 2, "1", "0", None, None, None, None])
        loaded += rows
    if loaded:
        fill(session, name, columns, Rows.of(loaded), len(loaded))
    with session.memory.changing(name) as relation:
        relation.altered, relation.rows = now(), session.count(name)
    return Answer(COLUMNS, told, COPIED, sum(int(one[3] or 0) for one in told))


COLUMNS = [
    text_column("file"),
    text_column("status"),
    *[Column(name, "fixed", 38, 0) for name in ("rows_parsed", "rows_loaded", "error_limit", "errors_seen")],
    text_column("first_error"),
    *[Column(name, "fixed", 38, 0) for name in ("first_error_line", "first_error_character")],
    text_column("first_error_column_name"),
]


def _text(session: Session, stage: str, file: str) -> str:
    """What a file of a stage holds."""
    folder = session.parameters.get("STANDIN_STAGE")
    if folder is None:
        raise unsupported("copy from a stage: no folder of this machine stands for it")
    inside = stage.strip("'").lstrip("@").partition("/")[2]
    path = Path(folder, inside, file)
    if not path.is_file():
        raise Refused(
            "091016",
            "22000",
            f"Remote file '{inside}{file}' was not found. There are several potential causes. The file might not exist.",
        )
    # A mark of byte order is skipped unless one says otherwise. Ends of lines within texts stay as they are.
    return path.read_bytes().decode("utf-8-sig")


def _rows(text: str, skipped: int, skips_blanks: bool) -> list[list[str | None]]:
    """Fields of a file: what is empty and not enclosed is null."""
    at = 0
    for _ in range(skipped):
        at = text.find("\n", at) + 1 or len(text)
    rows: list[list[str | None]] = []
    row: list[str | None] = []
    while at < len(text):
        field = FIELD.match(text, at)
        if field is None:
            raise Refused("100065", "22000", f"Found character '{text[at]}' instead of field delimiter ','")
        enclosed, begins = field["enclosed"], at
        row.append(field["plain"] if enclosed is None else enclosed.replace('""', '"'))
        at = field.end()
        if field["ends"] == "," and at < len(text):
            continue
        if field["ends"] == ",":
            row.append(None)
        if not (skips_blanks and row == [None] and not text[begins:at].strip("\r\n")):
            rows.append(row)
        row = []
    return rows
