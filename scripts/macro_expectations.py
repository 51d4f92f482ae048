#!/usr/bin/env python3
"""Renders the cases of built-in macros with dbt itself and compares the expected blocks.

    python scripts/macro_expectations.py VENV            # report differences
    python scripts/macro_expectations.py VENV --write    # and write what dbt gives into the files
    python scripts/macro_expectations.py VENV dates      # only cases with `dates` in their name

VENV is a virtual environment with dbt-core 1.11, dbt-duckdb and dbt-snowflake. No database is reached: what statements
give back is in the case. A case that differs on purpose says so in a line `Differs: <reason>` and keeps its text. Of a
case that expects an error only the failure is compared: the messages are our own.
"""

import copy
import itertools
import json
import os
import pathlib
import re
import sys
import tempfile

from case_file import headings

CASES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "cases" / "macros"

PROFILES = """
shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: dev.duckdb, database: dev, schema: main, threads: 1}
    cloud: {type: snowflake, account: a, user: u, password: p, database: dev, schema: main, warehouse: w, threads: 1}
"""


def enter(venv):
    """Goes on with the Python of the virtual environment."""
    python = pathlib.Path(venv) / "bin" / "python"
    if pathlib.Path(sys.prefix).resolve() != pathlib.Path(venv).resolve():
        os.execv(python, [str(python), *sys.argv])


class Shop:
    """A dbt project with one model, without a database."""

    def __init__(self, adapter, macros, package, dispatch):
        from dbt import tracking
        from dbt.adapters.factory import get_adapter, register_adapter, reset_adapters
        from dbt.cli.flags import Flags
        from dbt.cli.types import Command
        from dbt.config.runtime import RuntimeConfig
        from dbt.context.providers import generate_runtime_macro_context
        from dbt.flags import set_flags
        from dbt.mp_context import get_mp_context
        from dbt.parser.manifest import ManifestLoader
        from dbt_common.context import set_invocation_context
        from dbt_common.invocation import reset_invocation_id

        folder = pathlib.Path(tempfile.mkdtemp())
        self.write(folder, adapter, macros, package, dispatch)
        os.chdir(folder)
        set_invocation_context({})
        reset_invocation_id()
        target = "cloud" if adapter == "snowflake" else "dev"
        asked = {"project_dir": str(folder), "profiles_dir": str(folder), "target": target, "write_json": False,
                 "partial_parse": False, "quiet": True, "log_level": "none", "log_level_file": "none"}
        flags = Flags.from_dict(Command.RUN, asked)
        set_flags(flags)
        tracking.do_not_track()
        reset_adapters()
        self.config = RuntimeConfig.from_args(flags)
        register_adapter(self.config, get_mp_context())
        self.adapter = get_adapter(self.config)
        self.manifest = ManifestLoader.get_full_manifest(self.config)
        self.adapter.set_macro_resolver(self.manifest)
        self.adapter.set_macro_context_generator(generate_runtime_macro_context)

    @staticmethod
    def write(folder, adapter, macros, package, dispatch):
        def put(path, text):
            path = folder / path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

        put("profiles.yml", PROFILES)
        definition = {"name": "shop", "version": "1.0", "profile": "shop", "flags": {"send_anonymous_usage_stats": False}}
        if dispatch:
            definition["dispatch"] = json.loads(dispatch)
        put("dbt_project.yml", json.dumps(definition))
        put("models/orders.sql", "select 1 as id")
        put("macros/own.sql", macros or "")
        if package:
            put("packages.yml", json.dumps({"packages": [{"local": "tools"}]}))
            put("dbt_packages/tools/dbt_project.yml", json.dumps({"name": "tools", "version": "1.0"}))
            put("dbt_packages/tools/macros/tools.sql", package)

    def render(self, blocks):
        """Renders a case's template; returns its text and the statements sent."""
        from dbt.clients.jinja import get_rendered
        from dbt.context.providers import generate_runtime_model_context

        sent = self.stub(blocks)
        node = copy.deepcopy(self.manifest.nodes["model.shop.orders"])
        told = json.loads(blocks.get("model", "{}"))
        kind, batch = told.pop("kind", None), told.pop("batch", None)
        self.tell(node, told, json.loads(blocks.get("config", "{}")))
        context = generate_runtime_model_context(node, self.config, self.manifest)
        context |= {"sql": "select 1 as id", "compiled_code": "select 1 as id", "pre_hooks": [], "post_hooks": []}
        context["this"] = context["this"].incorporate(type=kind)
        if batch:
            context["model"]["batch"] = batch
        return get_rendered(blocks.get("jinja", "").strip(), context, node), sent

    @staticmethod
    def tell(node, told, config):
        """Gives the model what the case says of it."""
        from dbt.artifacts.resources.v1.components import ColumnInfo
        from dbt.contracts.graph.model_config import ModelConfig
        from dbt_common.contracts.constraints import ModelLevelConstraint

        node.compiled, node.compiled_code = True, "select 1 as id"
        node.config = ModelConfig.from_dict(node.config.to_dict(omit_none=False) | config)
        for key, value in told.items():
            if key == "columns":
                value = {name: ColumnInfo.from_dict({"name": name} | column) for name, column in value.items()}
            elif key == "constraints":
                value = [ModelLevelConstraint.from_dict(constraint) for constraint in value]
            setattr(node, key, value)

    def stub(self, blocks):
        """Puts a recorder in place of the database; returns the list that statements go to."""
        from dbt.adapters.contracts.connection import AdapterResponse
        from dbt_common.clients.agate_helper import empty_table, table_from_data_flat
        from packaging.version import Version

        sent, answers = [], iter(json.loads(blocks.get("answers", "[]")))

        def execute(sql, auto_begin=False, fetch=False, limit=None):
            sent.append(sql)
            answer = next(answers, None) if fetch else None
            if answer is None:
                return AdapterResponse("OK"), empty_table()
            rows = [dict(zip(answer["columns"], row)) for row in answer["rows"]]
            return AdapterResponse("OK"), table_from_data_flat(rows, answer["columns"])

        def add_query(sql, auto_begin=True, bindings=None, abridge_sql_log=False, *args, **kwargs):
            sent.append(sql)
            return None, None

        relations = [
            self.adapter.Relation.create(**({"database": "dev", "schema": "main"} | relation))
            for relation in json.loads(blocks.get("relations", "[]"))
        ]

        def get_relation(database, schema, identifier):
            asked = (database, schema, identifier)
            return next((one for one in relations if (one.database, one.schema, one.identifier) == asked), None)

        self.adapter.connections.execute = execute
        self.adapter.connections.add_query = add_query
        self.adapter.get_relation = get_relation
        # These two ask the connection.
        self.adapter.get_binding_char = lambda: "?"
        self.adapter.__dict__["duckdb_version"] = Version("1.5.5")
        return sent


def collapsed(text):
    """Leaves out what makes no difference to a database."""
    words = " ".join(re.sub(r"--[^\n]*|/\*.*?\*/", "", text, flags=re.S).split())
    tight = re.sub(r" ?([(\[)\],;]) ?", r"\1", words)
    tight = re.sub(r"([,;]|\)\b)", r"\1 ", re.sub(r" ?(=) ?|;+", lambda found: found[0].strip()[:1], tight))
    # The names of temporary relations hold the time.
    return re.sub(r"\d{14,}", "N", tight).strip()


def told(text, sent):
    """Writes the text and the statements, each on a line."""
    return "\n".join([collapsed(text), *("> " + collapsed(statement) for statement in sent)])


def main():
    enter(sys.argv[1])
    write = "--write" in sys.argv
    wanted = [word for word in sys.argv[2:] if not word.startswith("--")]
    todo = []
    for path in sorted(CASES.rglob("*.md")):
        for heading, lines, blocks in headings(path.read_text(encoding="utf-8")):
            name = f"{path.stem}::{heading}"
            if blocks and (not wanted or any(word in name for word in wanted)):
                given = {block[0]: block[1] for block in blocks[:-1]}
                setup = (lines.get("Adapter", "duckdb"), given.get("macros"), given.get("package"), given.get("dispatch"))
                todo.append((tuple(part or "" for part in setup), path, name, lines, given, blocks[-1]))
    differences, edits = 0, {}
    for setup, group in itertools.groupby(sorted(todo, key=lambda entry: entry[0]), key=lambda entry: entry[0]):
        shop = Shop(*setup)
        for _, path, name, lines, given, (word, expected, first, last) in group:
            if "Differs" in lines:
                continue
            try:
                answer, text = "text", told(*shop.render(given))
            except Exception as error:  # what fails is the template, and any failure counts
                answer, text = "error", f"{type(error).__name__}: {error}"
            if answer == word and (word == "error" or text == expected):
                continue
            differences += 1
            print(f"{name}\n  file ({word}):\n{expected}\n  dbt ({answer}):\n{text}\n")
            edits.setdefault(path, []).append((first, last, ["```" + answer] + (text.split("\n") if text else [])))
    if write:
        for path, changes in edits.items():
            lines = path.read_text(encoding="utf-8").split("\n")
            for first, last, fresh in sorted(changes, reverse=True):
                lines[first:last] = fresh
            path.write_text("\n".join(lines), encoding="utf-8")
    print(f"{len(todo)} cases, {differences} differences")
    return 1 if differences and not write else 0


if __name__ == "__main__":
    sys.exit(main())
