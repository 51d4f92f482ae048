"""Statements about objects that the engine does not know: what they do is remembered, or made of simpler statements.

Owns their answers. Which statement comes here, and why, is in `rules.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import words
from cells import Answer, told
from faults import Refused, existing, missing, unsupported
from memory import Name, Relation, now

if TYPE_CHECKING:
    from session import Session

DONE = "Statement executed successfully."
LAG = re.compile(r"downstream|\d+\s+(second|minute|hour|day)s?", re.IGNORECASE)


def nothing(_session: Session, _found: re.Match[str]) -> Answer:
    return told(DONE)


def create_dynamic_table(session: Session, found: re.Match[str]) -> Answer:
    """A table filled at once, with its definition and settings kept beside it."""
    name = session.name(found["name"])
    before = session.kind_of(name)
    if before and found["if_not_exists"]:
        return told(f"{name[2]} already exists, statement succeeded.")
    if before and not found["replace"]:
        raise existing(".".join(name))
    head, query = words.before_query(found["rest"])
    settings = words.options(head)
    # A table that nothing schedules needs no lag.
    needed = ("WAREHOUSE",) if settings.get("SCHEDULER", "").upper() == "DISABLE" else ("TARGET_LAG", "WAREHOUSE")
    lacking = [key for key in needed if key not in settings]
    if lacking or not query:
        raise Refused("001003", "42000", f"SQL compilation error:\nMissing option(s): [{', '.join(lacking) or 'AS'}]")
    _checked_lag(settings.setdefault("TARGET_LAG", "downstream"))
    known = session.memory.relation(name)
    if before and not (known and known.kind == "DYNAMIC"):
        raise existing(".".join(name))
    session.define(f"create or replace table {words.quoted(name)} copy grants as {query}")
    if not re.search(r"\bcopy\s+grants\b", head, re.IGNORECASE):
        session.memory.revoke_all(".".join(name))
    clustering = re.search(r"\bcluster\s+by\s*\((.*?)\)", head, re.IGNORECASE | re.DOTALL)
    immutable = re.search(r"\bimmutable\s+where\s*\((.*)\)", head, re.IGNORECASE | re.DOTALL)
    shown = ("SCHEDULER", "INITIALIZATION_WAREHOUSE")
    relation = Relation(
        kind="DYNAMIC",
        text=found[0],
        comment=settings.get("COMMENT"),
        clustering=f"LINEAR({clustering[1]})" if clustering else None,
        settings={
            "TARGET_LAG": settings["TARGET_LAG"],
            "WAREHOUSE": settings["WAREHOUSE"].upper(),
            "REFRESH_MODE": settings.get("REFRESH_MODE", "AUTO").upper(),
            "INITIALIZE": settings.get("INITIALIZE", "ON_CREATE").upper(),
            "SCHEDULING_STATE": "ACTIVE",
            "QUERY": query,
        }
        | {key: settings[key] for key in shown if key in settings}
        | ({"IMMUTABLE_WHERE": f"IMMUTABLE WHERE ({immutable[1]})"} if immutable else {}),
        rows=session.count(name),
    )
    session.memory.put(name, relation)
    return told(f"Dynamic table {name[2]} successfully created.")


def _checked_lag(lag: str) -> None:
    if not LAG.fullmatch(lag):
        raise Refused("001003", "42000", f"SQL compilation error:\nInvalid target lag '{lag}'.")


def _dynamic(session: Session, text: str) -> tuple[Name, Relation]:
    name = session.name(text)
    relation = session.memory.relation(name)
    if relation is None or relation.kind != "DYNAMIC" or not session.kind_of(name):
        raise missing("Dynamic Table", ".".join(name))
    return name, relation


def alter_dynamic_table(session: Session, found: re.Match[str]) -> Answer:
    name, relation = _dynamic(session, found["name"])
    action = found["action"].strip()
    if re.match(r"refresh\b", action, re.IGNORECASE):
        session.define(f"create or replace table {words.quoted(name)} copy grants as {relation.settings['QUERY']}")
        relation.altered, relation.rows = now(), session.count(name)
        session.memory.put(name, relation)
        return told(f"Dynamic table {name[2]} refreshed.")
    with session.memory.changing(name) as changed:
        for begins, change in DYNAMIC_CHANGES:
            if told_so := re.match(begins, action, re.IGNORECASE | re.DOTALL):
                change(changed, told_so[1])
                break
        else:
            raise Refused("001003", "42000", f"SQL compilation error:\nsyntax error unexpected '{action[:40]}'.")
    return told(DONE)


def _set_dynamic(relation: Relation, text: str) -> None:
    asked = words.options(text)
    unknown = set(asked) - CHANGEABLE
    if unknown or not asked:
        raise Refused("001003", "42000", f"SQL compilation error:\ninvalid property '{', '.join(sorted(unknown))}'")
    if "TARGET_LAG" in asked:
        _checked_lag(asked["TARGET_LAG"])
    relation.comment = asked.pop("COMMENT", relation.comment)
    relation.settings |= {key: value if key == "TARGET_LAG" else value.upper() for key, value in asked.items()}


def _set_immutable(relation: Relation, condition: str) -> None:
    relation.settings["IMMUTABLE_WHERE"] = f"IMMUTABLE WHERE {condition}"


def _unset_immutable(relation: Relation, _word: str) -> None:
    relation.settings.pop("IMMUTABLE_WHERE", None)


def _schedule(relation: Relation, word: str) -> None:
    relation.settings["SCHEDULING_STATE"] = "ACTIVE" if word.lower() == "resume" else "SUSPENDED"


def _cluster(relation: Relation, keys: str) -> None:
    relation.clustering = f"LINEAR({keys})"


def _uncluster(relation: Relation, _word: str) -> None:
    relation.clustering = None


def _tag(relation: Relation, text: str) -> None:
    relation.tags |= words.options(text)


CHANGEABLE = {
    "TARGET_LAG",
    "WAREHOUSE",
    "REFRESH_MODE",
    "COMMENT",
    "SCHEDULER",
    "DATA_RETENTION_TIME_IN_DAYS",
    "INITIALIZATION_WAREHOUSE",
}
DYNAMIC_CHANGES = [
    (r"set\s+tag\s+(.*)", _tag),
    (r"set\s+immutable\s+where\s*(\(.*\))\s*\Z", _set_immutable),
    (r"unset\s+(immutable)\s+where\s*\Z", _unset_immutable),
    (r"set\s+(.*)", _set_dynamic),
    (r"(suspend|resume)\s*\Z", _schedule),
    (r"cluster\s+by\s*\((.*)\)\s*\Z", _cluster),
    (r"drop\s+clustering\s+(key)\s*\Z", _uncluster),
]


def drop_dynamic_table(session: Session, found: re.Match[str]) -> Answer:
    name = session.name(found["name"])
    if session.kind_of(name) is None and found["if_exists"]:
        return told(f"Drop statement executed successfully ({name[2]} already dropped).")
    _dynamic(session, found["name"])
    session.define(f"drop table {words.quoted(name)}")
    return told(f"{name[2]} successfully dropped.")


def rename(session: Session, found: re.Match[str]) -> Answer:
    old, new = session.name(found["name"]), session.name(found["new"])
    kind = session.kind_of(old)
    if kind is None and found["if_exists"]:
        return told(DONE)
    session.existing(old, "Table")
    if session.kind_of(new):
        raise existing(".".join(new))
    _move(session, kind, old, new)
    session.memory.move(old, new)
    return told(DONE)


def _move(session: Session, kind: str, old: Name, new: Name) -> None:
    """DuckDB renames within a schema alone; elsewhere rows are copied."""
    if old[:2] == new[:2]:
        session.duckdb.execute(f'alter {kind} {words.quoted(old)} rename to "{new[2]}"')
    elif kind == "TABLE":
        session.duckdb.execute(f"create table {words.quoted(new)} as from {words.quoted(old)}")
        session.duckdb.execute(f"drop table {words.quoted(old)}")
    else:
        raise unsupported("a view that is renamed into another schema")


def swap(session: Session, found: re.Match[str]) -> Answer:
    one, other = session.name(found["name"]), session.name(found["new"])
    session.existing(one, "Table")
    session.existing(other, "Table")
    aside = (*one[:2], f"{one[2]} swapped")
    _move(session, "TABLE", one, aside)
    _move(session, "TABLE", other, one)
    _move(session, "TABLE", aside, other)
    session.memory.swap(one, other)
    return told(DONE)


def set_secure(session: Session, found: re.Match[str]) -> Answer:
    name = session.name(found["name"])
    session.existing(name, "View")
    with session.memory.changing(name) as view:
        view.secure = found["verb"].lower() == "set"
    return told(DONE)


def cluster(session: Session, found: re.Match[str]) -> Answer:
    name = session.name(found["name"])
    session.existing(name, "Table")
    with session.memory.changing(name) as table:
        if found["keys"]:
            table.clustering, table.automatic_clustering = f"LINEAR({found['keys']})", True
        elif re.match("drop", found["action"], re.IGNORECASE):
            table.clustering, table.automatic_clustering = None, False
        elif table.clustering is None:
            raise Refused("001463", "42601", f"SQL compilation error:\nTable '{name[2]}' is not clustered.")
        else:
            table.automatic_clustering = found["action"].lower().startswith("resume")
    return told(DONE)


def set_properties(session: Session, found: re.Match[str]) -> Answer:
    """Properties of a table that change no answer."""
    name = session.name(found["name"])
    session.existing(name, "Table")
    with session.memory.changing(name) as table:
        asked = words.options(found["rest"])
        table.comment = asked.pop("COMMENT", table.comment)
        table.settings |= asked
    return told(DONE)


def tag(session: Session, found: re.Match[str]) -> Answer:
    name = session.name(found["name"])
    session.existing(name, "Table")
    with session.memory.changing(name) as relation:
        prefix = f"{found['column'].upper()}: " if found["column"] else ""
        if found["verb"].lower() == "set":
            relation.tags |= {prefix + key: value for key, value in words.options(found["rest"]).items()}
        else:
            for one in words.parts(found["rest"]):
                relation.tags.pop(prefix + one.upper(), None)
    return told(DONE)


def clone(session: Session, found: re.Match[str]) -> Answer:
    """A copy, that keeps the grants of the table it replaces where it is told to."""
    name, source = session.name(found["name"]), session.name(found["source"])
    kept = [grant for grant, _ in session.memory.grants() if grant.on_name == ".".join(name)]
    session.existing(source, "Table")
    create = found["create"]
    if found["replace"] and name != source and session.kind_of(name):
        # The engine replaces no table by a clone: a copy of rows has the same columns.
        create = f"create or replace table {words.quoted(name)} as select * from {words.quoted(source)}"
    session.define(create)
    if "grants" in found["copied"].lower():
        for grant in kept:
            session.memory.grant(grant)
    return told(f"Table {name[2]} successfully created.")


def truncate_if_there(session: Session, found: re.Match[str]) -> Answer:
    name = session.name(found["name"])
    if session.kind_of(name):
        session.define(f"truncate table {words.quoted(name)}")
    return told(DONE)


def copy_tags(session: Session, found: re.Match[str]) -> Answer:
    name = session.name(found["name"])
    before = session.memory.relation(name)
    session.define(found["before"] + found["after"])
    with session.memory.changing(name) as relation:
        relation.tags = (before.tags if before else {}) | relation.tags
    return told(f"{name[2]} successfully created.")


def create_managed_schema(session: Session, found: re.Match[str]) -> Answer:
    session.define(found["create"])
    return told(f"Schema {found['name']} successfully created.")


def create_policy(session: Session, found: re.Match[str]) -> Answer:
    session.memory.policies[".".join(session.name(found["name"]))] = found["kind"].upper()
    return told(f"{found['kind'].capitalize()} policy {found['name']} successfully created.")


def drop_policy(session: Session, found: re.Match[str]) -> Answer:
    name = ".".join(session.name(found["name"]))
    if session.memory.policies.pop(name, None) is None and not found["if_exists"]:
        raise missing(f"{found['kind'].capitalize()} policy", name)
    return told(f"{found['name']} successfully dropped.")


def column_policy(session: Session, found: re.Match[str]) -> Answer:
    """A policy is noted for its column; rows are shown as they are."""
    name = session.name(found["name"])
    session.existing(name, "Table")
    with session.memory.changing(name) as relation:
        if found["verb"].lower() == "set":
            relation.policies[found["column"].strip('"').upper()] = _policy(session, found["policy"])
        else:
            relation.policies.pop(found["column"].strip('"').upper(), None)
    return told(DONE)


def row_policy(session: Session, found: re.Match[str]) -> Answer:
    name = session.name(found["name"])
    session.existing(name, "Table")
    with session.memory.changing(name) as relation:
        if found["verb"].lower() == "add":
            relation.policies["*"] = _policy(session, found["policy"])
        else:
            relation.policies.pop("*", None)
    return told(DONE)


def _policy(session: Session, text: str) -> str:
    name = ".".join(session.name(text))
    if name not in session.memory.policies:
        raise missing("Policy", name)
    return name


def comment(session: Session, found: re.Match[str]) -> Answer:
    """A comment on something. Texts in quotes and in dollars are the same."""
    text, kind = words.unquoted(found["text"]), " ".join(found["kind"].lower().split())
    if kind in ("schema", "database"):
        return told(DONE)
    if kind == "column":
        table, column = found["name"].rsplit(".", 1)
        return _comment_columns(session, session.name(table), {column: text})
    name = session.name(found["name"])
    if session.kind_of(name) is None and found["if_exists"]:
        return told(DONE)
    session.existing(name, kind.capitalize())
    with session.memory.changing(name) as relation:
        relation.comment = text
    return told(DONE)


def comment_columns(session: Session, found: re.Match[str]) -> Answer:
    """`alter table t alter a comment '..', b comment '..'`: one statement for all columns."""
    comments = {}
    for part in words.parts(found["rest"]):
        one = words.pattern(r"(?:(?:alter|modify) )?(?:column )?<column:NAME> comment (?P<text>.*)").match(part)
        if one is None:
            raise Refused("001003", "42000", f"SQL compilation error:\nsyntax error unexpected '{part[:40]}'.")
        comments[one["column"]] = words.unquoted(one["text"])
    return _comment_columns(session, session.name(found["name"]), comments)


def _comment_columns(session: Session, name: Name, comments: dict[str, str]) -> Answer:
    session.existing(name, "Table")
    for column, text in comments.items():
        folded = column[1:-1] if column.startswith('"') else column.upper()
        escaped = text.replace("'", "''")
        session.duckdb.execute(f"comment on column {words.quoted(name)}.\"{folded}\" is '{escaped}'")
    return told(DONE)


def drop_columns(session: Session, found: re.Match[str]) -> Answer:
    """Several columns in one statement."""
    name = session.name(found["name"])
    session.existing(name, "Table")
    columns = words.parts(found["rest"])
    for column in columns:
        session.define(f"alter table {words.quoted(name)} drop column {column}")
    return told(DONE)
