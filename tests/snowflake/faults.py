"""What a statement is refused with: Snowflake's code, SQL state and wording, made of what DuckDB said.

Owns the translation of errors. Knows nothing of HTTP.
"""

from __future__ import annotations

import re

import duckdb
import snowflake.connector.errors
import sqlglot
from sqlglot.errors import SqlglotError


class Refused(Exception):
    """A statement that Snowflake would refuse."""

    def __init__(self, code: str, state: str, message: str) -> None:
        super().__init__(message)
        self.code, self.state, self.message = code, state, message


def missing(kind: str, name: str) -> Refused:
    return Refused("002003", "42S02", f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized.")


def existing(name: str) -> Refused:
    return Refused("002002", "42710", f"SQL compilation error:\nObject '{name}' already exists.")


def cancelled() -> Refused:
    return Refused("000604", "57014", "SQL execution canceled")


def unsupported(what: str) -> Refused:
    """The stand-in cannot do it, whatever Snowflake can: never a silent success."""
    return Refused("009999", "99999", f"The stand-in cannot run this statement: {what}")


# What DuckDB says, and what Snowflake says to the same: pattern, code, SQL state, message.
# `{place}` is where the name stands in the statement, `{0}` the pattern's first group.
WORDINGS = [
    (r"Division by zero", "100051", "22012", "Division by zero"),
    (r"INTERRUPT", "000604", "57014", "SQL execution canceled"),
    (
        r"Referenced (?:column|table) \"([^\"]+)\" (?:was )?not found|does not have a column (?:named|with name) \"([^\"]+)\""
        r"|Table \"[^\"]*\" does not contain (?:a )?column \"?([^\" ]+)|column \"([^\"]+)\" (?:not found|does not exist)",
        "000904",
        "42000",
        "SQL compilation error: error {place}\ninvalid identifier '{0}'",
    ),
    (
        r"Ambiguous reference to column name \"([^\"]+)\"",
        "000942",
        "42601",
        "SQL compilation error: error {place}\nambiguous column name '{0}'",
    ),
    (
        r"(?:Table|View|Schema|Catalog) (?:with name )?\"?([^\" ]+)\"? does not exist|Schema with name ([^ ]+) does not",
        "002003",
        "42S02",
        "SQL compilation error:\nObject '{0}' does not exist or not authorized.",
    ),
    (
        r"(?:with name|Schema with name) \"?([^\" ]+)\"? already exists",
        "002002",
        "42710",
        "SQL compilation error:\nObject '{0}' already exists.",
    ),
    (
        r"Existing object .* is of type (\w+), trying to drop",
        "002203",
        "02000",
        "SQL compilation error:\nObject found is of type '{0}', not specified type.",
    ),
    (
        r"No catalog \+ schema named",
        "002043",
        "02000",
        "SQL compilation error:\nObject does not exist, or operation cannot be performed.",
    ),
    (
        r"Existing object ([^ ]+) is of type",
        "002002",
        "42710",
        "SQL compilation error:\nObject '{0}' already exists as another kind.",
    ),
    (
        r"Function with name \"?([^\" ]+)\"? does not exist",
        "002140",
        "42601",
        "SQL compilation error:\nUnknown function {0}",
    ),
    (r"NOT NULL constraint failed: (?:.*\.)?([^. ]+)", "100072", "22000", "NULL result in a non-nullable column"),
    (
        r"Could not convert string [\"'](.*?)[\"'] to (?:U?INT|BIGINT|DECIMAL|DOUBLE|HUGEINT)",
        "100038",
        "22018",
        "Numeric value '{0}' is not recognized",
    ),
    (r"invalid date field format: \"(.*?)\"", "100040", "22007", "Date '{0}' is not recognized"),
    (r"invalid timestamp field format: \"(.*?)\"", "100035", "22007", "Timestamp '{0}' is not recognized"),
    (r"Could not convert string '(.*?)' to BOOL", "100037", "22018", "Boolean value '{0}' is not recognized"),
    (
        r"syntax error at or near \"(.*?)\"",
        "001003",
        "42000",
        "SQL compilation error:\nsyntax error {place} unexpected '{0}'.",
    ),
]


def place(statement: str, name: str) -> str:
    """Tells where a name stands in a statement, as Snowflake does: lines from 1, positions from 0."""
    try:
        tokens = sqlglot.tokenize(statement, read="snowflake")
    except SqlglotError:
        tokens = []
    for token in tokens:
        if token.text.upper() == name.upper():
            before = statement[: token.start]
            return f"line {before.count(chr(10)) + 1} at position {len(before) - (before.rfind(chr(10)) + 1)}"
    return "line 1 at position 0"


def refusal(error: Exception, statement: str) -> Refused:
    """Says in Snowflake's way what went wrong."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, SqlglotError):
        return Refused("001003", "42000", f"SQL compilation error:\n{_syntax(error)}")
    said = str(getattr(error, "msg", None) or error)
    for pattern, code, state, message in WORDINGS:
        if found := re.search(pattern, said, re.IGNORECASE):
            name = next((group for group in found.groups() if group), "").strip('"')
            return Refused(code, state, message.replace("{place}", place(statement, name)).replace("{0}", name))
    if isinstance(error, snowflake.connector.errors.Error) and error.errno and error.errno > 0:
        return Refused(f"{error.errno:06d}", error.sqlstate or "42000", f"SQL compilation error:\n{said}")
    if isinstance(error, duckdb.Error):
        return Refused("100000", "22000", said)
    return Refused("300002", "XX000", f"Internal error of the stand-in: {type(error).__name__}: {said}")


def _syntax(error: SqlglotError) -> str:
    """Says what could not be read, and where."""
    first = next(iter(getattr(error, "errors", [])), None)
    if first is None or not first.get("highlight"):
        return f"syntax error: {str(error).splitlines()[0]}"
    position = first["col"] - len(first["highlight"])
    return f"syntax error line {first['line']} at position {max(position, 0)} unexpected '{first['highlight']}'."
