#!/usr/bin/env python3
"""Gives whole projects, unchanged, to dbt Core and to the program, and tells where they differ.

    python scripts/conformance.py FOLDER... --martlet BINARY           # parse and compile
    python scripts/conformance.py FOLDER... --martlet BINARY --build   # seed and build too, then compile against it
    python scripts/conformance.py FOLDER=LABEL ...                     # what stands in the column of versions
    python scripts/conformance.py FOLDER... --vars '{load_source_data: true}' --show 100 --keep /tmp/scratch

Wants dbt-core 1.11, dbt-duckdb 1.11 and duckdb in the Python that runs it, and the packages of a project where dbt looks
for them: nothing is fetched. The folders are only read, but for what their own hooks write. Each tool has a profile of its
own, a DuckDB file of its own (of one name, as its name stands in the SQL), target and logs of its own.

Compared are
- what stands in the manifest of nodes, sources, exposures, unit tests, metrics, semantic models, saved queries and groups
  (KEYS says which keys), and which of them are there;
- compiled SQL, token for token: comments and blanks are left aside;
- the status of every node that `build` ran (after `seed`, as sources may be seeds), and how many rows failed a test;
- the relations in the database: their columns with types, and their rows in any order.

With `--build` dbt builds twice, the second time in an order of sets of its own, and what it does not repeat itself
(random rows, ties in an order) is left out of the counts and told as `unsteady`.
Sources and dependencies of a node are compared as sets: dbt keeps them in no order. So is an inferred primary key.

Values that change with every run are taken for equal: times of the last two days, ids of invocations (UUIDs), hexadecimal
digests that dbt makes of them, and the folder of the tool. `normalised` says how many texts and relations were equal by
this only.
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SECTIONS = (
    "nodes sources exposures unit_tests metrics semantic_models saved_queries groups".split()
)
KEYS = """resource_type name alias package_name database schema relation_name fqn tags meta config description columns
    depends_on refs sources original_file_path path patch_path raw_code language checksum test_metadata column_name
    attached_node file_key_name access group version latest_version contract constraints primary_key docs identifier
    source_name source_description loader external loaded_at_field freshness quoting owner type maturity url label given
    expect overrides model""".split()
# Keys that hold when and where a manifest was written.
CHANGING = ("created_at", "unrendered_config", "root_path", "build_path", "compiled_path")
UNORDERED = ("sources", "depends_on.nodes", "depends_on.macros", "primary_key")
TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*|/\*.*?\*/)
    | '(?:[^']|'')*' | "(?:[^"]|"")*" | [A-Za-z_][\w$]* | \d+(?:\.\d+)?(?:[eE][+-]?\d+)? | <> | [<>!=]= | :: | \|\| | .""",
    re.S | re.X,
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def changing_times():
    """A pattern for times of yesterday and today, in any zone, as SQL and Python write them."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    days = [today + datetime.timedelta(days=number) for number in (-1, 0, 1)]
    dates = "|".join(f"{day:%Y-%m-%d}|{day:%Y%m%d}" for day in days)
    return re.compile(rf"(?:{dates})(?:[T ]?\d\d:?\d\d:?\d\d(?:\.?\d{{3,6}})?)(?:\s?(?:Z|UTC|[+-]\d\d(?::?\d\d)?))?")


TIMES = changing_times()


def still(text, folder):
    """A text without what changes with every run."""
    text = text.replace(str(folder), "<folder>")
    return UUID.sub("<uuid>", TIMES.sub("<time>", text))


def tokens(sql):
    return [match[0] for match in TOKEN.finditer(sql or "") if not match["skip"]]


class Tool:
    """One of the two programs with a folder, a profile and a database of its own."""

    def __init__(self, name, command, scratch, profile, environment=None):
        self.name, self.command, self.folder = name, command, scratch / name
        self.folder.mkdir(parents=True)
        self.compiled, self.environment = {}, environment or {}
        self.database = self.folder / "conformance.duckdb"
        output = {"type": "duckdb", "path": str(self.database), "schema": "main", "threads": 4}
        text = json.dumps({profile: {"target": "dev", "outputs": {"dev": output}}})
        (self.folder / "profiles.yml").write_text(text, encoding="utf-8")

    def run(self, verb, project, variables):
        """Runs a command in the folder of the project; returns its exit code and what it printed."""
        places = ["--profiles-dir", self.folder, "--target-path", self.folder / "target"]
        arguments = [verb, *map(str, places), *(["--vars", variables] if variables else [])]
        environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_PARTIAL_PARSE": "false"}
        environment |= {"DBT_LOG_PATH": str(self.folder / "logs"), "NO_COLOR": "1", **self.environment}
        # A command that fails may leave the manifest of the one before.
        (self.folder / "target" / "manifest.json").unlink(missing_ok=True)
        done = subprocess.run(
            [*self.command, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        (self.folder / f"{verb}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
        nodes = self.artifact("manifest.json").get("nodes", {}).items()
        self.compiled[verb] = {name: node["compiled_code"] for name, node in nodes if node.get("compiled_code") is not None}
        return done.returncode, done.stdout + done.stderr

    def artifact(self, name):
        path = self.folder / "target" / name
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


class Report:
    """What was compared of a project, and the differences in the order they were found."""

    def __init__(self, label):
        self.label, self.counts, self.differences = label, {}, []

    def count(self, what, equal, whole, **apart):
        apart = ", ".join(f"{number} {how}" for how, number in apart.items() if number)
        self.counts[what] = f"{equal}/{whole}" + (f" ({apart})" if apart else "")

    def differ(self, kind, where, *sides):
        self.differences.append((kind, where, sides))

    def print(self, limit):
        kinds = collections.defaultdict(list)
        for kind, where, sides in self.differences:
            kinds[kind].append((where, sides))
        for kind, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
            print(f"  {kind}: {len(found)}")
            for where, sides in found[:limit]:
                print(f"    {where}")
                for name, value in zip(("dbt", "martlet"), sides):
                    print(f"      {name + ':':<9}{value if isinstance(value, str) else json.dumps(value, sort_keys=True)}")


def compare_manifests(report, dbt, martlet):
    """Compares what `parse` wrote: which things there are, and the keys of each."""
    given, whole, equal = dbt.artifact("manifest.json"), 0, 0
    ours = martlet.artifact("manifest.json")
    for section in SECTIONS:
        left, right = given.get(section, {}), ours.get(section, {})
        for name in sorted(left.keys() - right.keys()):
            report.differ(f"{section} only dbt has", name)
        for name in sorted(right.keys() - left.keys()):
            report.differ(f"{section} only martlet has", name)
        for name in sorted(left.keys() & right.keys()):
            before = len(report.differences)
            for key in KEYS:
                if key in left[name]:
                    compare_values(report, name, key, left[name][key], right[name].get(key, "missing"))
            equal += before == len(report.differences)
        whole += len(left)
    for name in sorted(given.get("disabled", {}).keys() ^ ours.get("disabled", {}).keys()):
        report.differ("disabled", name, name in given.get("disabled", {}), name in ours.get("disabled", {}))
    report.count("nodes", equal, whole)


def compare_values(report, name, key, left, right):
    """Goes down into mappings, so that a difference is told by the key it is under."""
    if key.rsplit(".", 1)[-1] in CHANGING or left == right:
        return
    if key in UNORDERED and isinstance(right, list) and as_set(left) == as_set(right):
        return
    if isinstance(left, dict) and isinstance(right, dict):
        for inner in sorted(left.keys() | right.keys()):
            label = "*" if key == "columns" else inner
            place = f"{name} {inner}" if key == "columns" else name
            compare_values(report, place, f"{key}.{label}", left.get(inner, "missing"), right.get(inner, "missing"))
    else:
        report.differ(f"key {key}", name, left, right)


def as_set(values):
    return {json.dumps(value) for value in values}


def compare_compiled(report, dbt, martlet, again):
    # A `compile` that fails may write nothing: then what `build` compiled is compared.
    verb = next((verb for verb in ("compile", "build") if dbt.compiled.get(verb)), "compile")
    left, right, third = (tool.compiled.get(verb, {}) if tool else {} for tool in (dbt, martlet, again))
    equal = normalised = unsteady = 0
    for name, theirs in sorted(left.items()):
        ours = right.get(name)
        if again and tokens(still(theirs, dbt.folder)) != tokens(still(third.get(name, ""), again.folder)):
            unsteady += 1
            continue
        if ours is not None and tokens(theirs) == tokens(ours):
            equal += 1
        elif ours is not None and tokens(still(theirs, dbt.folder)) == tokens(still(ours, martlet.folder)):
            equal, normalised = equal + 1, normalised + 1
        else:
            report.differ("compiled SQL", name, *first_difference(still(theirs, dbt.folder), ours and still(ours, martlet.folder)))
    for name in sorted(right.keys() - left.keys()):
        report.differ("compiled SQL of martlet only", name)
    report.count("compiled", equal, len(left) - unsteady, normalised=normalised, unsteady=unsteady)


def first_difference(theirs, ours):
    """The tokens around the first place where two texts differ."""
    if ours is None:
        return "compiled", "not compiled"
    left, right = tokens(theirs), tokens(ours)
    at = next((at for at, pair in enumerate(zip(left, right)) if pair[0] != pair[1]), min(len(left), len(right)))
    return tuple(" ".join(side[max(0, at - 6) : at + 12]) for side in (left, right))


def compare_statuses(report, dbt, martlet, again):
    left, right, third = (
        {result["unique_id"]: result for result in tool.artifact("run_results.json").get("results", [])}
        for tool in (dbt, martlet, again)
    )
    names = left.keys() | right.keys()
    steady = sorted(name for name in names if outcome(left.get(name)) == outcome(third.get(name)))
    equal = 0
    for name in steady:
        sides = [outcome(results.get(name)) for results in (left, right)]
        equal += sides[0] == sides[1]
        if sides[0] != sides[1]:
            messages = [" ".join(str((side.get(name) or {}).get("message") or "").split()) for side in (left, right)]
            report.differ("status", name, *(f"{side}  {message[:300]}" for side, message in zip(sides, messages)))
    report.count("statuses", equal, len(steady), unsteady=len(names) - len(steady))


def outcome(result):
    if result is None:
        return "absent"
    failures = result.get("failures")
    return result["status"] + (f" {failures}" if failures else "")


def relations(tool):
    """Opens the database and lists its tables and views with their columns."""
    import duckdb

    database = duckdb.connect(str(tool.database), read_only=True)
    found = database.execute(
        """select table_schema, table_name, table_type,
            (select list(column_name || ' ' || data_type order by ordinal_position) from information_schema.columns c
              where (c.table_catalog, c.table_schema, c.table_name) = (t.table_catalog, t.table_schema, t.table_name))
          from information_schema.tables t where table_catalog = 'conformance'"""
    ).fetchall()
    return database, {f'"{schema}"."{name}"': (kind, columns) for schema, name, kind, columns in found}


def rows(database, relation):
    import duckdb

    try:
        cursor = database.execute(f"select columns(*)::varchar from {relation}")
        return sorted("|".join("null" if cell is None else cell for cell in row) for row in cursor.fetchall())
    except duckdb.Error as error:
        return [f"no answer: {str(error).splitlines()[0]}"]


def compare_relations(report, *tools):
    """Compares what stands in the databases of dbt, martlet, and dbt again."""
    if not all(tool.database.exists() for tool in tools):
        return
    databases, (left, right, third) = zip(*(relations(tool) for tool in tools))
    equal = normalised = unsteady = 0
    names = sorted(left.keys() | right.keys())
    for name in names:
        sides = [rows(database, name) if name in left else [] for database in databases]
        quiet = [collections.Counter(still(row, tool.folder) for row in side) for side, tool in zip(sides, tools)]
        if left.get(name) != third.get(name) or quiet[0] != quiet[2]:
            unsteady += 1
        elif left.get(name) != right.get(name):
            report.differ("relation", name, *(side.get(name, "absent") for side in (left, right)))
        elif quiet[0] == quiet[1]:
            equal += 1
            normalised += sides[0] != sides[1]
        else:
            only = [list((quiet[one] - quiet[1 - one]).elements()) for one in (0, 1)]
            report.differ("rows", name, *(f"{len(side)} rows only here, as {side[:1]}" for side in only))
    for database in databases:
        database.close()
    report.count("relations", equal, len(names) - unsteady, normalised=normalised, unsteady=unsteady)


def look_at(argument, options, scratch):
    """Gives a project to both tools and returns the report."""
    import yaml

    folder, _, label = argument.partition("=")
    project = pathlib.Path(folder).resolve()
    about = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    report = Report((about["name"], label.strip() or version(project, about)))
    folder = scratch / f"{len(list(scratch.iterdir()))}_{about['name']}"
    profile, command = about.get("profile", "default"), [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    dbt = Tool("dbt", command, folder, profile, {"PYTHONHASHSEED": "1"})
    martlet = Tool("martlet", [str(pathlib.Path(options.martlet).resolve())], folder, profile)
    again = Tool("again", command, folder, profile, {"PYTHONHASHSEED": "2"}) if options.build else None
    for verb in ("parse", *(["seed", "build"] if options.build else []), "compile"):
        (given, theirs), (code, ours) = (tool.run(verb, project, options.vars) for tool in (dbt, martlet))
        if again and verb != "parse":
            again.run(verb, project, options.vars)
        if given != code:
            report.differ(f"exit code of {verb}", project.name, *(f"{c}\n{t[-options.tail:]}" for c, t in ((given, theirs), (code, ours))))
        if verb == "parse":
            compare_manifests(report, dbt, martlet)
        elif verb == "build":
            compare_statuses(report, dbt, martlet, again)
            compare_relations(report, dbt, martlet, again)
        elif verb == "compile":
            compare_compiled(report, dbt, martlet, again)
    return report


def version(project, about):
    done = subprocess.run(["git", "describe", "--always", "--tags"], cwd=project, capture_output=True, text=True, check=False)
    return done.stdout.strip() or str(about.get("version", ""))


def table(reports):
    heads = ("project", "version", "nodes", "compiled", "statuses", "relations")
    lines = [heads, *((*report.label, *(report.counts.get(head, "") for head in heads[2:])) for report in reports)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", metavar="FOLDER[=LABEL]")
    parser.add_argument("--martlet", required=True, metavar="BINARY")
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--vars", metavar="YAML", help="variables for both tools")
    parser.add_argument("--show", type=int, default=1_000_000, metavar="N", help="so many differences of each kind")
    parser.add_argument("--tail", type=int, default=2_000, metavar="N", help="so many characters of what a tool printed")
    parser.add_argument("--keep", metavar="FOLDER", help="where databases, artifacts and logs are left")
    options = parser.parse_args()
    reports = []
    if options.keep:
        pathlib.Path(options.keep).mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        for project in options.projects:
            report = look_at(project, options, pathlib.Path(options.keep or scratch).resolve())
            print(" ".join(report.label))
            report.print(options.show)
            print(flush=True)
            reports.append(report)
    table(reports)
    return 1 if any(report.differences for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
