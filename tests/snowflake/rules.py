"""Every way in which the stand-in treats a statement otherwise than by handing it to the engine, and why.

Three tables, which `server.py --rules` prints as documentation:

- STATEMENTS are recognised by how they begin, and are answered here;
- REWRITES change a parsed statement before the engine gets it;
- INFIDELITIES are left as they are: answers that differ from Snowflake's.

What no table names goes to the engine as it is; what the engine refuses is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

import definitions
import privileges
import rewrites
import settings
import shows
import staged
from cells import Answer
from words import pattern

if TYPE_CHECKING:
    from session import Session


@dataclass(frozen=True)
class Statement:
    """A kind of statement answered without the engine. `commits`: it ends a transaction first, as definitions do."""

    kind: str
    pattern: re.Pattern[str]
    answer: Callable[[Session, re.Match[str]], Answer]
    reason: str
    commits: bool = False


@dataclass(frozen=True)
class Rewrite:
    """A change of a parsed statement."""

    kind: str
    change: Callable[[Session, exp.Expression], exp.Expression]
    reason: str


def statement(
    kind: str, begins: str, answer: Callable[[Session, re.Match[str]], Answer], reason: str, commits: bool = False
) -> Statement:
    return Statement(kind, pattern(begins), answer, reason, commits)


NO_CLUSTERING = "kept in memory: the engine keeps rows in no order"
NO_POLICIES = "kept in memory: nothing is hidden from anybody"
NO_ACCESS = "kept in memory: the engine has no roles"
LIKE_AND_SCOPE = (
    r"(?: like (?P<like>'(?:[^']|'')*'))?(?: in(?: (?P<inside>account|database|schema|table|view))?(?: <where:NAME>)?)?"
    r"(?: starts with (?P<starts>'(?:[^']|'')*'))?(?: limit (?P<limit>\d+)(?: from (?P<from>'(?:[^']|'')*'))?)?\s*\Z"
)

STATEMENTS = [
    statement(
        "begin",
        r"(?:begin(?: transaction| work)?|start transaction)(?: name \w+)?\s*\Z",
        settings.begin,
        "a transaction within a transaction is no error on Snowflake",
    ),
    statement("commit", r"commit(?: work)?\s*\Z", settings.commit, "without a transaction it is no error"),
    statement("rollback", r"rollback(?: work)?\s*\Z", settings.rollback, "without a transaction it is no error"),
    statement(
        "alter session",
        r"alter session (?P<verb>set|unset) (?P<rest>.*)",
        settings.alter_session,
        "kept with the session: the engine knows AUTOCOMMIT alone",
    ),
    statement(
        "show parameters",
        r"show parameters(?: like (?P<like>'[^']*'))?(?: (?:in|for) session)?\s*\Z",
        settings.show_parameters,
        "what the session was given, and five that are always there; the engine shows two",
    ),
    statement(
        "use role, warehouse",
        r"use (?P<kind>role|warehouse) <name:NAME>\s*\Z",
        settings.use,
        "kept with the session: any name is taken",
    ),
    statement(
        "use secondary roles", r"use secondary roles (?:all|none)\s*\Z", definitions.nothing, "the engine has no roles"
    ),
    statement(
        "system$wait",
        r"(?:call|select) system\$wait\s*\(\s*(?P<amount>\d+(?:\.\d+)?)\s*(?:,\s*'?(?P<unit>\w+)'?\s*)?\)\s*\Z",
        settings.wait,
        "a long statement for tests of stopping and polling",
    ),
    statement(
        "create dynamic table",
        r"create (?P<replace>or replace )?(?:transient )?dynamic table (?P<if_not_exists>if not exists )?<name:NAME>(?P<rest>\s.*)",
        definitions.create_dynamic_table,
        "a table filled at once; definition and settings are kept in memory",
        commits=True,
    ),
    statement(
        "alter dynamic table: rename",
        r"alter dynamic table (?P<if_exists>if exists )?<name:NAME> rename to <new:NAME>\s*\Z",
        definitions.rename,
        "as for tables",
        commits=True,
    ),
    statement(
        "alter dynamic table: comments",
        r"alter dynamic table <name:NAME> (?P<rest>(?:alter|modify) (?:column )?[^;]* comment .*)",
        definitions.comment_columns,
        "one column of the engine's at a time",
        commits=True,
    ),
    statement(
        "alter dynamic table: set, refresh, suspend, resume",
        r"alter dynamic table (?:if exists )?<name:NAME> (?P<action>.*)",
        definitions.alter_dynamic_table,
        "settings are kept in memory; a refresh fills the table anew",
        commits=True,
    ),
    statement(
        "drop dynamic table",
        r"drop dynamic table (?P<if_exists>if exists )?<name:NAME>\s*\Z",
        definitions.drop_dynamic_table,
        "drops the table that stands for it",
        commits=True,
    ),
    statement(
        "alter .. rename",
        r"alter (?:table|view) (?P<if_exists>if exists )?<name:NAME> rename to <new:NAME>\s*\Z",
        definitions.rename,
        "what is remembered goes along; into another schema rows are copied",
        commits=True,
    ),
    statement(
        "alter table .. swap with",
        r"alter table (?:if exists )?<name:NAME> swap with <new:NAME>\s*\Z",
        definitions.swap,
        "three renames",
        commits=True,
    ),
    statement(
        "alter view .. set secure",
        r"alter view (?:if exists )?<name:NAME> (?P<verb>set|unset) secure\s*\Z",
        definitions.set_secure,
        "kept in memory: every view can be read",
        commits=True,
    ),
    statement(
        "alter table .. cluster by",
        r"alter table (?:if exists )?<name:NAME> (?P<action>cluster by)\s*\((?P<keys>.*)\)\s*\Z",
        definitions.cluster,
        NO_CLUSTERING,
        commits=True,
    ),
    statement(
        "alter table .. recluster, drop clustering key",
        r"alter table (?:if exists )?<name:NAME> (?P<action>(?:resume|suspend) recluster|drop clustering key)(?P<keys>)\s*\Z",
        definitions.cluster,
        NO_CLUSTERING,
        commits=True,
    ),
    statement(
        "alter .. set, unset tag",
        r"alter KIND_ (?:if exists )?<name:NAME> (?:(?:modify|alter) (?:column )?(?P<column>\"[^\"]+\"|\w+) )?(?P<verb>set|unset) tag (?P<rest>.*)".replace(
            "KIND_", "(?:dynamic table|materialized view|table|view)"
        ),
        definitions.tag,
        "kept in memory: any tag is taken",
        commits=True,
    ),
    statement(
        "create, drop tag",
        r"(?:create(?: or replace)?|drop) tag (?:if (?:not )?exists )?<name:NAME>.*",
        definitions.nothing,
        "any tag is taken when it is set",
        commits=True,
    ),
    statement(
        "truncate table if exists",
        r"truncate table if exists <name:NAME>\s*\Z",
        definitions.truncate_if_there,
        "the engine has no such condition",
    ),
    statement(
        "create .. copy tags",
        r"(?P<before>create (?:or replace )?(?:transient |secure )*(?:table|view) <name:NAME>(?:(?! as ).)*?)"
        r" copy tags(?P<after>\s.*)",
        definitions.copy_tags,
        "tags of what is replaced stay",
        commits=True,
    ),
    statement(
        "create schema .. with managed access",
        r"(?P<create>create schema (?:if not exists )?<name:NAME>) with managed access\s*\Z",
        definitions.create_managed_schema,
        "a schema like any other: the engine has no roles",
        commits=True,
    ),
    statement(
        "create table .. clone",
        r"(?P<create>create (?P<replace>or replace )?(?:transient )?table (?:if not exists )?<name:NAME> clone <source:NAME>)(?P<copied>(?: copy (?:grants|tags))*)\s*\Z",
        definitions.clone,
        "a copy of rows; what is granted stays where it is told to",
        commits=True,
    ),
    statement(
        "copy into .. from '@..' files = (..)",
        r"copy into <name:NAME>\s*\((?P<columns>[^)]*)\) from (?P<stage>'@[^']*')"
        r" files\s*=\s*\((?P<files>[^)]*)\) file_format\s*=\s*\((?P<format>.*)\)"
        r" on_error\s*=\s*abort_statement\s*\Z",
        staged.copy,
        "stages are a folder of this machine, which the session names",
    ),
    statement(
        "create masking, row access policy",
        r"create (?:or replace )?(?P<kind>masking|row access) policy (?:if not exists )?<name:NAME>\s.*",
        definitions.create_policy,
        NO_POLICIES,
        commits=True,
    ),
    statement(
        "drop masking, row access policy",
        r"drop (?P<kind>masking|row access) policy (?P<if_exists>if exists )?<name:NAME>\s*\Z",
        definitions.drop_policy,
        NO_POLICIES,
        commits=True,
    ),
    statement(
        "alter .. set, unset masking policy",
        r"alter (?:table|view) (?:if exists )?<name:NAME> (?:modify|alter) (?:column )?(?P<column>\"[^\"]+\"|\w+) (?P<verb>set|unset) masking policy(?: <policy:NAME>.*)?\s*\Z",
        definitions.column_policy,
        NO_POLICIES,
        commits=True,
    ),
    statement(
        "alter .. add, drop row access policy",
        r"alter (?:table|view) (?:if exists )?<name:NAME> (?P<verb>add|drop) row access policy <policy:NAME>.*",
        definitions.row_policy,
        NO_POLICIES,
        commits=True,
    ),
    statement(
        "alter table .. set properties",
        r"alter (?:table|view) (?:if exists )?<name:NAME> set (?P<rest>\w+\s*=.*)",
        definitions.set_properties,
        "kept in memory: they change no answer",
        commits=True,
    ),
    statement(
        "comments of several columns",
        r"alter (?:table|view) (?:if exists )?<name:NAME> (?P<rest>(?:alter|modify)\s[^;]*?\scomment\s.*)",
        definitions.comment_columns,
        "the engine comments on one column a statement",
        commits=True,
    ),
    statement(
        "comment on",
        r"comment (?P<if_exists>if exists )?on (?P<kind>dynamic table|table|view|schema|database|column) (?P<name>(?:\"[^\"]+\"|[\w$]+)(?:\.(?:\"[^\"]+\"|[\w$]+))*) is (?P<text>.*)",
        definitions.comment,
        "kept in memory; the engine stumbles over quotes in it",
        commits=True,
    ),
    statement(
        "alter table .. drop several columns",
        r"alter table (?:if exists )?<name:NAME> drop (?:column )?(?!clustering|row |constraint|primary)(?P<rest>[^,]+,.*)",
        definitions.drop_columns,
        "the engine drops one column a statement",
        commits=True,
    ),
    statement(
        "grant",
        r"grant (?P<what>.+?)(?: on (?P<on>.+?))? to (?:(?P<to_kind>role|user|share) )?(?P<to_name>\"[^\"]+\"|[\w$, ]+?)(?: with grant option)?\s*\Z",
        privileges.grant,
        NO_ACCESS,
        commits=True,
    ),
    statement(
        "revoke",
        r"revoke (?:grant option for )?(?P<what>.+?)(?: on (?P<on>.+?))? from (?:(?P<to_kind>role|user|share) )?(?P<to_name>\"[^\"]+\"|[\w$, ]+?)(?: cascade| restrict)?\s*\Z",
        privileges.revoke,
        NO_ACCESS,
        commits=True,
    ),
    statement(
        "show grants on",
        r"show grants on (?P<on>.+?)\s*\Z",
        privileges.show_on,
        "what was granted, and the owner's own right",
    ),
    statement(
        "show grants to", r"show grants to (?P<kind>role|user) <name:NAME>\s*\Z", privileges.show_to, "what was granted"
    ),
    statement(
        "show future grants",
        r"show future grants in (?:schema|database) <name:NAME>\s*\Z",
        privileges.show_future,
        "what was granted",
    ),
    statement(
        "show objects, tables, views, dynamic tables, schemas",
        r"show (?P<terse>terse )?(?P<kind>objects|tables|views|materialized views|dynamic tables|schemas)(?: history)?"
        + LIKE_AND_SCOPE,
        shows.show,
        "kinds, times, comments and settings come from memory",
    ),
    statement(
        "show columns",
        r"show (?P<terse>terse )?(?P<kind>columns)" + LIKE_AND_SCOPE,
        shows.show_columns,
        "types as Snowflake calls them",
    ),
    statement(
        "show primary, unique keys",
        r"show (?P<kind>primary|unique) keys(?: in (?:(?P<inside>table|schema|database|account) )?<name:NAME>?)?\s*\Z".replace(
            "<name:NAME>?", "(?:<name:NAME>)?"
        ),
        shows.show_keys,
        "kept in memory: keys are told of and not enforced",
    ),
    statement(
        "show functions, procedures",
        r"show (?P<terse>terse )?(?P<kind>(?:user )?(?:functions|procedures))" + LIKE_AND_SCOPE,
        shows.show_functions,
        "there are none: definitions of functions are refused",
    ),
    statement(
        "describe table, view",
        r"desc(?:ribe)? (?:dynamic table|table|view) <name:NAME>(?: type = columns)?\s*\Z",
        shows.describe,
        "types as Snowflake calls them; what does not exist is an error",
    ),
]

REWRITES = [
    Rewrite("columns without a name", rewrites.headings, "called by their text, as on Snowflake"),
    Rewrite("'a' || 'b'", rewrites.whole_texts, "one text: the engine reads formats of times only where they are one"),
    Rewrite("to_char, to_varchar with a format", rewrites.written_moments, "the parser drops some formats"),
    Rewrite("count_if", rewrites.counts, "is 0 where there is no row, not null"),
    Rewrite("date_trunc of a cast to date", rewrites.truncated_dates, "is a date"),
    Rewrite("division", rewrites.divide, "a division by zero is an error, where the engine gives infinity"),
    Rewrite(
        "create temporary table, view",
        rewrites.plain_temporary,
        "an ordinary table that is dropped with its session: the engine takes no temporary table under a whole name",
    ),
    Rewrite(
        "comment = '..' in create", rewrites.plain_comment, "kept in memory; the engine stumbles over quotes in it"
    ),
    Rewrite(
        "comments, masking policies, tags of columns in create",
        rewrites.plain_columns,
        "comments are set when the relation is there, the others kept in memory",
    ),
    Rewrite(
        "primary, unique, foreign keys",
        rewrites.without_keys,
        "kept in memory: the engine would enforce them, Snowflake does not",
    ),
    Rewrite("current_warehouse() and the like", rewrites.surroundings, "what the session was told"),
]

INFIDELITIES = [
    ("a / b of exact numbers", "is a FLOAT; on Snowflake a NUMBER with six more digits after the point"),
    ("date_trunc of a DATE", "is a TIMESTAMP_NTZ, but for casts in the same place; on Snowflake a DATE"),
    ("array_agg without rows", "is null; on Snowflake an empty array"),
    ("avg of exact numbers", "is a FLOAT; on Snowflake a NUMBER"),
    (
        "whole numbers",
        "are kept in 64 bits: larger ones are refused; all are described as NUMBER(38,0), also NUMBER(1,0) of a literal",
    ),
    ("a schema called MAIN", "is refused: the engine has one of its own in every database"),
    ("a column called AT", "is refused: the engine reads it as time travel"),
    ("names in quotes", "are matched without regard to case"),
    ("TIMESTAMP_LTZ", "is TIMESTAMP_TZ; every session is in UTC"),
    ("temporary tables", "can be seen by statements of other sessions, and hide no table of the same name"),
    ("roles, warehouses", "any name is taken; everybody may do everything"),
    ("bytes", "are eight for a row"),
    (
        "dynamic tables",
        "are filled when they are made and at `refresh`; never by themselves, also with initialize = on_schedule",
    ),
    ("masking and row access policies, tags", "are noted and hide nothing"),
    (
        "a statement that fails in a transaction",
        "is undone by doing the transaction's earlier statements again: what calls random() may differ",
    ),
    ("texts of errors", "have Snowflake's codes where they are known; the wording after them is often the engine's"),
    ("views", "are kept as the engine wrote them: get_ddl and show views have other blanks"),
    (
        "copy into",
        "takes what the engine takes, and files by name from a folder that stands for every stage; there is no put",
    ),
    ("insert of plain texts", "is not parsed: rows get into the engine as one text, and are cast to what columns are"),
    (
        "time travel, match_recognize, asof join, user defined functions, procedures, streams, tasks, stages of a cloud",
        "are refused",
    ),
]


def as_markdown() -> str:
    """The tables as documentation."""
    lines = ["| statement | what is done |", "|---|---|"]
    lines += [f"| {one.kind} | answered by the stand-in: {one.reason} |" for one in STATEMENTS]
    lines += [f"| {one.kind} | rewritten: {one.reason} |" for one in REWRITES]
    lines += ["", "| what differs from Snowflake | how |", "|---|---|"]
    lines += [f"| {what} | {how} |" for what, how in INFIDELITIES]
    return "\n".join(lines) + "\n"
