"""Results as Snowflake sends them in JSON: types of columns, and every cell a text.

Owns the encodings. Knows nothing of statements or HTTP.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

LONGEST_TEXT = 16777216
LONGEST_BINARY = 8388608


@dataclass(frozen=True)
class Column:
    """A column of a result, by the words that Snowflake has for types."""

    name: str
    kind: str = "text"
    precision: int | None = None
    scale: int | None = None
    length: int | None = None

    def described(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "database": "",
            "schema": "",
            "table": "",
            "nullable": True,
            "type": self.kind,
            "byteLength": self.length,
            "length": self.length,
            "scale": self.scale,
            "precision": self.precision,
            "collation": None,
        }


@dataclass
class Answer:
    """What a statement gives back. `changed` is the number of rows that a DML statement changed."""

    columns: list[Column]
    rows: list[list[str | None]] = field(default_factory=list)
    statement_type: int = 0x1000
    changed: int | None = None


def told(message: str, statement_type: int = 0x6000) -> Answer:
    """The one row that a statement without rows of its own answers."""
    return Answer([text_column("status")], [[message]], statement_type)


def counted(counts: dict[str, int], statement_type: int) -> Answer:
    """The row of a DML statement: how many rows it changed, and in what way."""
    columns = [Column(name, "fixed", 19, 0) for name in counts]
    changed = sum(count for name, count in counts.items() if "multi-joined" not in name)
    return Answer(columns, [[str(count) for count in counts.values()]], statement_type, changed)


def text_column(name: str) -> Column:
    return Column(name, "text", length=LONGEST_TEXT)


# DuckDB's types by name: Snowflake's word, precision, scale, length.
KINDS: dict[str, tuple[str, int | None, int | None, int | None]] = {
    "BOOLEAN": ("boolean", None, None, None),
    "DATE": ("date", None, None, None),
    "TIME": ("time", 0, 9, None),
    "TIMESTAMP WITH TIME ZONE": ("timestamp_tz", 0, 9, None),
    "DOUBLE": ("real", None, None, None),
    "FLOAT": ("real", None, None, None),
    "BLOB": ("binary", None, None, LONGEST_BINARY),
    "JSON": ("variant", None, None, None),
}
WHOLE_NUMBERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
}


def column(name: str, duckdb_type: str) -> Column:
    """Gives a column of DuckDB the type that Snowflake would call it."""
    if found := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", duckdb_type):
        return Column(name, "fixed", int(found[1]), int(found[2]))
    if duckdb_type in WHOLE_NUMBERS:
        return Column(name, "fixed", 38, 0)
    if duckdb_type.endswith("]"):
        return Column(name, "array")
    if duckdb_type.startswith(("STRUCT", "MAP")):
        return Column(name, "object")
    if duckdb_type.startswith("TIMESTAMP") and duckdb_type not in KINDS:
        return Column(name, "timestamp_ntz", 0, 9)
    kind, precision, scale, length = KINDS.get(duckdb_type, ("text", None, None, LONGEST_TEXT))
    return Column(name, kind, precision, scale, length)


def type_name(column_type: str) -> str:
    """Writes a type of DuckDB as `describe table` does on Snowflake."""
    known = column("", column_type)
    if known.kind == "fixed":
        return f"NUMBER({known.precision},{known.scale})"
    if known.kind in ("text", "binary"):
        return f"{'VARCHAR' if known.kind == 'text' else 'BINARY'}({known.length})"
    if known.kind.startswith("time"):
        return f"{known.kind.upper()}(9)"
    return {"real": "FLOAT"}.get(known.kind, known.kind.upper())


def _seconds(value: datetime.datetime) -> str:
    since = value.replace(tzinfo=None) - datetime.datetime(1970, 1, 1)
    whole = since.days * 86400 + since.seconds
    # A fraction counts forward, also before 1970: the number is negative as a whole.
    nanoseconds = whole * 10**9 + since.microseconds * 1000
    sign, size = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    return f"{sign}{size // 10**9}.{size % 10**9:09d}"


def _moment(value: datetime.datetime) -> str:
    utc = value.astimezone(datetime.UTC) if value.tzinfo else value
    return f"{_seconds(utc)} 1440"


def _time(value: datetime.time) -> str:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return f"{seconds}.{value.microsecond * 1000:09d}"


def _nested(value: Any) -> str:
    """Nested values are laid out over lines."""
    return json.dumps(json.loads(value) if isinstance(value, str) else value, default=str, indent=2, ensure_ascii=False)


def _real(value: float) -> str:
    return {"inf": "inf", "-inf": "-inf", "nan": "NaN"}.get(repr(float(value)), repr(float(value)))


ENCODINGS: dict[str, Callable[[Any], str]] = {
    "fixed": lambda value: format(value, "f") if isinstance(value, Decimal) else str(value),
    "real": _real,
    "boolean": lambda value: "1" if value else "0",
    "date": lambda value: str((value - datetime.date(1970, 1, 1)).days),
    "time": _time,
    "timestamp_ntz": _seconds,
    "timestamp_tz": _moment,
    "binary": lambda value: value.hex().upper(),
    "variant": _nested,
    "object": _nested,
    "array": _nested,
}


def encode(columns: list[Column], rows: list[tuple[Any, ...]]) -> list[list[str | None]]:
    """Writes every cell as Snowflake's JSON results do."""
    writers = [ENCODINGS.get(one.kind, str) for one in columns]
    return [
        [None if value is None else write(value) for write, value in zip(writers, row, strict=True)] for row in rows
    ]
