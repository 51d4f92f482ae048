"""Grants: remembered, so that `show grants` answers what was granted. Nobody is kept from anything by them.

Owns the answers of grant, revoke and show grants. Which statement comes here, and why, is in `rules.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

import words
from cells import Answer, Column, text_column, told
from faults import Refused
from memory import OWNER, Grant

if TYPE_CHECKING:
    from session import Session

DONE = "Statement executed successfully."
SHOW = 0x4400
ON = words.pattern(r"(?:all )?(?P<kind>dynamic table|materialized view|\w+?) <name:NAME>\Z")
ALL = words.pattern(
    r"(?P<when>all|future) (?P<kind>dynamic tables|\w+) in (?:(?P<inside>schema|database) )?<name:NAME>\Z"
)


def grant(session: Session, found: re.Match[str]) -> Answer:
    return _each(session, found, session.memory.grant)


def revoke(session: Session, found: re.Match[str]) -> Answer:
    return _each(session, found, session.memory.revoke)


def _each(session: Session, found: re.Match[str], change: Callable[[Grant], None]) -> Answer:
    if found["to_name"].count(","):
        raise Refused("001003", "42000", "SQL compilation error:\nsyntax error unexpected ','.")
    to_kind, to_name = (found["to_kind"] or "ROLE").upper(), _name(found["to_name"])
    if found["on"] is None:
        change(Grant("USAGE", "ROLE", _name(found["what"].split()[-1]), to_kind, to_name))
        return told(DONE)
    for on_kind, on_name in _things(session, found["on"].strip()):
        for privilege in words.parts(found["what"]):
            change(Grant(" ".join(privilege.upper().split()), on_kind, on_name, to_kind, to_name))
    return told(DONE)


def _name(text: str) -> str:
    text = text.strip()
    return text[1:-1] if text.startswith('"') else text.upper()


def _things(session: Session, text: str) -> list[tuple[str, str]]:
    """The objects that `on ...` names; all that there are now, or a note for those to come."""
    if many := ALL.match(text):
        singular = " ".join(many["kind"].upper().rstrip("S").split())
        if many["when"].lower() == "future":
            return [(f"FUTURE {singular}", many["name"].upper())]
        inside = tuple(part.name.upper() for part in _parts(many["name"]))
        kinds = {"TABLE": {"TABLE", "TRANSIENT", "TEMPORARY"}, "VIEW": {"VIEW"}, "DYNAMIC TABLE": {"DYNAMIC"}}
        wanted = kinds.get(singular, set())
        whole = (
            inside
            if len(inside) == 2 or many["inside"].lower() == "database"
            else (session.connection.database, *inside)
        )
        found = [name for name, one in session.memory.named() if one.kind in wanted and name[: len(whole)] == whole]
        return [(singular, ".".join(name)) for name in found]
    one = ON.match(text)
    kind = " ".join(one["kind"].upper().split()) if one else "TABLE"
    name_text = one["name"] if one else text
    if kind in ("TABLE", "VIEW", "DYNAMIC TABLE", "MATERIALIZED VIEW", "EXTERNAL TABLE"):
        name = session.name(name_text)
        session.existing(name, kind.capitalize())
        return [(kind, ".".join(name))]
    return [(kind, ".".join(part.name.upper() for part in _parts(name_text)))]


def _parts(text: str) -> list[exp.Expression]:
    return exp.to_table(text, dialect="snowflake").parts


def show_on(session: Session, found: re.Match[str]) -> Answer:
    """What is granted on an object; its owner always holds it."""
    ((kind, name),) = _things(session, found["on"].strip())
    owned = Grant("OWNERSHIP", kind, name, "ROLE", OWNER)
    held = [one for one, _ in session.memory.grants() if one.on_name == name]
    return _listed([owned, *held])


def show_to(session: Session, found: re.Match[str]) -> Answer:
    kind, name = found["kind"].upper(), _name(found["name"])
    return _listed([one for one, _ in session.memory.grants() if (one.to_kind, one.to_name) == (kind, name)])


def show_future(session: Session, found: re.Match[str]) -> Answer:
    name = found["name"].upper()
    return _listed(
        [one for one, _ in session.memory.grants() if one.on_name == name and one.on_kind.startswith("FUTURE")]
    )


def _listed(grants: list[Grant]) -> Answer:
    names = ["privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option", "granted_by"]
    columns = [Column("created_on", "timestamp_ltz", 0, 3), *(text_column(name) for name in names)]
    rows = [
        [
            "0.000000000",
            one.privilege,
            one.on_kind.replace(" ", "_"),
            one.on_name,
            one.to_kind,
            one.to_name,
            "false",
            OWNER,
        ]
        for one in grants
    ]
    return Answer(columns, rows, SHOW)
