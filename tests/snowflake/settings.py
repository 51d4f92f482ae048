"""Statements about the session itself: parameters, role, warehouse, transactions, waiting.

Owns their answers. Which statement comes here, and why, is in `rules.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import words
from cells import Answer, Column, text_column, told
from faults import Refused, cancelled

if TYPE_CHECKING:
    from session import Session

DONE = "Statement executed successfully."
SETTINGS, TRANSACTIONS, SHOW = 0x4000, 0x5000, 0x4400
# Parameters that are shown though nobody set them: value, description, type.
PARAMETERS = {
    "AUTOCOMMIT": ("true", "Whether each statement is a transaction of its own", "BOOLEAN"),
    "QUERY_TAG": ("", "String (up to 2000 characters) used to tag statements", "STRING"),
    "QUOTED_IDENTIFIERS_IGNORE_CASE": ("false", "If true, the case of quoted identifiers is ignored", "BOOLEAN"),
    "STATEMENT_TIMEOUT_IN_SECONDS": ("172800", "Timeout in seconds for statements", "NUMBER"),
    "TIMEZONE": ("Etc/UTC", "Time zone", "STRING"),
}


def alter_session(session: Session, found: re.Match[str]) -> Answer:
    if found["verb"].lower() == "set":
        asked = words.options(found["rest"])
        if not asked:
            raise Refused("001003", "42000", "SQL compilation error:\nsyntax error: no parameter.")
        session.parameters |= asked
    else:
        for name in words.parts(found["rest"]):
            session.parameters.pop(name.upper(), None)
    return told(DONE, SETTINGS)


def show_parameters(session: Session, found: re.Match[str]) -> Answer:
    names = ["key", "value", "default", "level", "description", "type"]
    wanted = like(words.unquoted(found["like"])) if found["like"] else re.compile("")
    rows = []
    for key in sorted({*PARAMETERS, *session.parameters}):
        value, description, kind = PARAMETERS.get(key, ("", "", "STRING"))
        if wanted.match(key):
            level = "SESSION" if key in session.parameters else ""
            rows.append([key, session.parameters.get(key, value), value, level, description, kind])
    return Answer([text_column(name) for name in names], rows, SHOW)


def like(text: str) -> re.Pattern[str]:
    """Makes a pattern of SQL's one, which on Snowflake takes no account of case in `show`."""
    pieces = {"%": ".*", "_": "."}
    escaped = re.sub(
        r"\\(.)|(.)", lambda one: re.escape(one[1]) if one[1] else pieces.get(one[2], re.escape(one[2])), text
    )
    return re.compile(rf"{escaped}\Z", re.IGNORECASE | re.DOTALL)


def use(session: Session, found: re.Match[str]) -> Answer:
    name = found["name"].strip('"') if found["name"].startswith('"') else found["name"].upper()
    if found["kind"].lower() == "role":
        session.role = name
    else:
        session.warehouse = name
    return told(DONE, SETTINGS)


def begin(session: Session, _found: re.Match[str]) -> Answer:
    session.begin()
    return told(DONE, TRANSACTIONS)


def commit(session: Session, _found: re.Match[str]) -> Answer:
    session.commit()
    return told(DONE, TRANSACTIONS)


def rollback(session: Session, _found: re.Match[str]) -> Answer:
    session.rollback()
    return told(DONE, TRANSACTIONS)


def wait(session: Session, found: re.Match[str]) -> Answer:
    """Waits, unless somebody stops the statement: what tests of long statements are made with."""
    seconds = float(found["amount"]) * {"milliseconds": 0.001, "minutes": 60}.get((found["unit"] or "").lower(), 1)
    if session.stopped.wait(seconds):
        raise cancelled()
    return Answer(
        [Column("SYSTEM$WAIT", "text", length=100)], [[f"waited {found['amount']} {found['unit'] or 'seconds'}"]]
    )
