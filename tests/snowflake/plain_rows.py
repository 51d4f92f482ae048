"""Rows of plain texts: inserts of literals without the parser, which takes seconds for what a statement may hold.

Owns how such statements are read and how rows of texts get into the engine. What is not plain is left to the parser.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

import words
from cells import Answer, counted
from memory import Name

if TYPE_CHECKING:
    from session import Session

INSERTED = 0x3100
# The key under which an insert carries its rows instead of having them in its tree.
ROWS = "plain rows"
COMMENT = r"/\*(?:[^*]|\*(?!/))*\*/"
HEAD = re.compile(
    rf"(?:\s|{COMMENT})*(?P<head>insert\s+(?:overwrite\s+)?(?:into\s+)?{words.NAME}\s*(?:\([^()']*\))?)\s*values\s*(?=\()",
    re.IGNORECASE,
)
# A cell and what follows it; a cell in front of `)` ends its row.
CELL = re.compile(
    r"\s*(?P<opens>\()?\s*(?:'(?P<text>(?:[^'\\]|''|\\[\\'\"nrt])*)'|(?P<null>null))\s*(?P<ends>\)\s*,?|,)",
    re.IGNORECASE,
)
TAIL = re.compile(rf"(?:\s|{COMMENT})*;?(?:\s|{COMMENT})*\Z")
ESCAPE = re.compile(r"''|\\(.)", re.DOTALL)
ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Rows:
    """Rows of texts as the engine takes them: one text for them all."""

    text: str
    count: int
    width: int

    @classmethod
    def of(cls, rows: list[list[str | None]]) -> Rows:
        return cls(json.dumps(rows), len(rows), len(rows[0]) if rows else 0)


def plain_insert(text: str) -> exp.Insert | None:
    """Reads an insert of literals, if it is plain."""
    begins = HEAD.match(text)
    read = _rows(text, begins.end()) if begins else None
    if begins is None or read is None:
        return None
    # The parser sees a row of nulls in the place of all rows.
    nulls = ", ".join(["null"] * read.width)
    expression = sqlglot.parse_one(f"{begins['head']} values ({nulls})", read="snowflake")
    expression.meta[ROWS] = read
    return expression


def _rows(text: str, at: int) -> Rows | None:
    rows: list[list[str | None]] = []
    row: list[str | None] | None = None
    while True:
        cell = CELL.match(text, at)
        if cell is None or bool(cell["opens"]) != (row is None):
            return None
        row = [] if row is None else row
        row.append(None if cell["null"] else _unescaped(cell["text"]))
        at = cell.end()
        if cell["ends"][0] == ",":
            continue
        rows.append(row)
        if len(row) != len(rows[0]):
            return None
        row = None
        if not cell["ends"].endswith(","):
            return Rows.of(rows) if TAIL.match(text, at) else None


def _unescaped(text: str) -> str:
    if "\\" not in text and "'" not in text:
        return text
    return ESCAPE.sub(lambda found: ESCAPED.get(found[1], found[1]) if found[1] else "'", text)


def insert(session: Session, expression: exp.Insert) -> Answer:
    """Puts the rows in that an insert carries. The last gets lost where the session asked for it."""
    into, rows = expression.this, expression.meta[ROWS]
    name = session.name(into.this if isinstance(into, exp.Schema) else into)
    columns = [words.folded(one) for one in into.expressions] if isinstance(into, exp.Schema) else []
    if expression.args.get("overwrite"):
        session.duckdb.execute(f"truncate table {words.quoted(name)}")
    loses = session.parameters.get("STANDIN_LOSES_A_ROW", "").lower() == "true"
    count = fill(session, name, columns, rows, rows.count - loses)
    return counted({"number of rows inserted": count}, INSERTED)


def fill(session: Session, name: Name, columns: list[str], rows: Rows, most: int) -> int:
    """Adds rows of texts to a table, which makes of each text what its column is."""
    into = words.quoted(name) + (f" ({', '.join(words.quoted((one,)) for one in columns)})" if columns else "")
    cells = ", ".join(f"cells[{number}]" for number in range(1, rows.width + 1))
    rows_of_text = "select unnest(from_json(?, '[[\"VARCHAR\"]]')) as cells"
    session.duckdb.execute(f"insert into {into} select {cells} from ({rows_of_text}) limit {most}", [rows.text])
    return most
