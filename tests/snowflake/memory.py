"""What DuckDB does not hold of a Snowflake account: kinds of tables, dynamic tables, grants, policies, keys.

Owns that memory, shared by all sessions of the server. A part of it is mirrored in a table of DuckDB, for the views of
the information schema. Knows nothing of sessions, texts of statements or HTTP.
"""

from __future__ import annotations

import datetime
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

Name = tuple[str, str, str]

OWNER = "ACCOUNTADMIN"
MIRROR = "_fs_global._fs_information_schema._standin_relations"
MIRROR_COLUMNS = (
    "of_database varchar, of_schema varchar, of_name varchar, transient boolean, temporary boolean, dynamic boolean, "
    "secure boolean, remark varchar, clustered_by varchar, clusters_itself boolean, "
    "row_number bigint, made_at timestamptz, altered_at timestamptz, defined_at timestamptz"
)


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass
class Relation:
    """A table or view. `kind` is TABLE, TRANSIENT, TEMPORARY, DYNAMIC or VIEW."""

    kind: str = "TABLE"
    secure: bool = False
    session: int | None = None
    comment: str | None = None
    text: str | None = None
    rows: int = 0
    clustering: str | None = None
    automatic_clustering: bool = False
    created: datetime.datetime = field(default_factory=now)
    altered: datetime.datetime = field(default_factory=now)
    changed_definition: datetime.datetime = field(default_factory=now)
    settings: dict[str, str] = field(default_factory=dict)
    keys: list[tuple[str, list[str]]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Grant:
    """A privilege on something, held by a role or a user."""

    privilege: str
    on_kind: str
    on_name: str
    to_kind: str
    to_name: str


class Memory:
    """All that is remembered, behind one lock."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._lock = threading.RLock()
        self._database = database
        self._database.execute(f"create table if not exists {MIRROR} ({MIRROR_COLUMNS})")
        self._relations: dict[Name, Relation] = {}
        self._grants: dict[Grant, datetime.datetime] = {}
        self._held: dict[Any, threading.Lock] = defaultdict(threading.Lock)
        self.tags: set[str] = set()
        self.policies: dict[str, str] = {}

    def lock_of(self, name: Any) -> threading.Lock:
        """The lock that statements changing one object take, so that they wait for each other as on Snowflake."""
        with self._lock:
            return self._held[name]

    def relation(self, name: Name) -> Relation | None:
        with self._lock:
            return self._relations.get(name)

    def named(self) -> list[tuple[Name, Relation]]:
        with self._lock:
            return list(self._relations.items())

    @contextmanager
    def changing(self, name: Name) -> Iterator[Relation]:
        """Gives a relation to change; afterwards the mirror is brought up to date."""
        with self._lock:
            relation = self._relations.setdefault(name, Relation())
            yield relation
            self._mirror(name, relation)

    def put(self, name: Name, relation: Relation) -> None:
        with self._lock:
            self._relations[name] = relation
            self._mirror(name, relation)

    def forget(self, name: Name) -> None:
        with self._lock:
            self._relations.pop(name, None)
            self._mirror(name, None)

    def forget_inside(self, database: str, schema: str | None = None) -> None:
        """Forgets all that a dropped schema or database held."""
        with self._lock:
            for name in list(self._relations):
                if name[0] == database and schema in (None, name[1]):
                    self.forget(name)
                    self.revoke_all(".".join(name))

    def move(self, old: Name, new: Name) -> None:
        """A renamed relation keeps what is known of it, grants as well."""
        with self._lock:
            relation = self._relations.pop(old, Relation())
            self._mirror(old, None)
            relation.changed_definition = now()
            self.put(new, relation)
            self._rename_grants({".".join(old): ".".join(new)})

    def swap(self, one: Name, other: Name) -> None:
        with self._lock:
            first, second = self._relations.get(one, Relation()), self._relations.get(other, Relation())
            self.put(one, second)
            self.put(other, first)
            self._rename_grants({".".join(one): ".".join(other), ".".join(other): ".".join(one)})

    def grant(self, grant: Grant) -> None:
        with self._lock:
            self._grants.setdefault(grant, now())

    def revoke(self, grant: Grant) -> None:
        with self._lock:
            self._grants.pop(grant, None)

    def revoke_all(self, on_name: str) -> None:
        """A replaced relation keeps no grants unless it is told to."""
        with self._lock:
            self._grants = {grant: at for grant, at in self._grants.items() if grant.on_name != on_name}

    def grants(self) -> list[tuple[Grant, datetime.datetime]]:
        with self._lock:
            return list(self._grants.items())

    def _rename_grants(self, names: dict[str, str]) -> None:
        self._grants = {
            Grant(one.privilege, one.on_kind, names.get(one.on_name, one.on_name), one.to_kind, one.to_name): at
            for one, at in self._grants.items()
        }

    def _mirror(self, name: Name, relation: Relation | None) -> None:
        self._database.execute(
            f"delete from {MIRROR} where of_database = ? and of_schema = ? and of_name = ?", list(name)
        )
        if relation is not None:
            values = [
                *name,
                relation.kind == "TRANSIENT",
                relation.kind == "TEMPORARY",
                relation.kind == "DYNAMIC",
                relation.secure,
                relation.comment,
                relation.clustering,
                relation.automatic_clustering,
                relation.rows,
                relation.created,
                relation.altered,
                relation.changed_definition,
            ]
            self._database.execute(f"insert into {MIRROR} values ({', '.join('?' * len(values))})", values)
