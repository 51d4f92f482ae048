#!/usr/bin/env python3
"""Gives projects to dbt Core and to the program, and tells every difference between the artifacts they write.

    python scripts/artifact_differences.py FOLDER... --martlet BINARY             # parse: manifest, semantic manifest
    python scripts/artifact_differences.py FOLDER... --martlet BINARY --build     # all artifacts, and the lists of files
    python scripts/artifact_differences.py CASE.md --martlet BINARY --build       # a project that a Markdown file holds

Where `conformance.py` compares the keys that decide what is built, this one compares all of them, in all sections. Left aside
are the times, ids and folders of an invocation, what only dbt's or only our own built-in macros say, and keys that each
writes on its own account: OURS names those, with the reason.
"""

import argparse
import collections
import json
import pathlib
import re
import sys
import tempfile

from conformance import Tool, still, tokens

# What one of the two writes on its own account: a pattern of the place, and why.
OURS = {
    r"manifest\.metadata\.(generated_at|invocation_id|invocation_started_at|run_started_at|user_id)": "of the invocation",
    r"manifest\..*\.created_at": "of the invocation",
    r"manifest\..*\.root_path": "the folder of the tool",
    r"sources\.results\..*\.(snapshotted_at|max_loaded_at_time_ago_in_s)": "of the invocation",
    r"manifest\.macros\.macro\.(dbt|dbt_duckdb|dbt_snowflake)\..*": "our own text",
    r"manifest\.docs\.doc\.dbt\..*": "our own text",
    r".*\.(thread_id|execution_time|elapsed_time|started_at|completed_at|timing|generated_at|invocation_id|invocation_started_at)": "times",
    r"run_results\.args\..*": "compared by `conformance.py`",
    r"run_results\.results\..*\.adapter_response\..*": "a receipt tells more",
}
IGNORED = re.compile("|".join(f"(?:{pattern})" for pattern in OURS))
# dbt keeps these as sets.
UNORDERED = re.compile(r".*\.(depends_on\.nodes|depends_on\.macros|sources|primary_key|parent_map\..*|child_map\..*|group_map\..*)")
BUILT_IN = re.compile(r"^macro\.(dbt|dbt_duckdb)\.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", metavar="FOLDER")
    parser.add_argument("--martlet", required=True, metavar="BINARY")
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--vars", metavar="YAML")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="so many differences of each kind")
    parser.add_argument("--keep", metavar="FOLDER", help="where artifacts and logs are left")
    options = parser.parse_args()
    found = 0
    with tempfile.TemporaryDirectory() as scratch:
        for number, project in enumerate(options.projects):
            folder = pathlib.Path(options.keep or scratch).resolve() / f"{number}_{pathlib.Path(project).stem}"
            found += look_at(project, folder, options)
    return 1 if found else 0


def look_at(argument, scratch, options):
    """Gives a project to both tools, and prints what differs."""
    import yaml

    project = unfolded(pathlib.Path(argument).resolve(), scratch)
    about = next(project / name for name in ("dbt_project.yml", "project.yml") if (project / name).exists())
    about = yaml.safe_load(about.read_text(encoding="utf-8"))
    profile = about.get("profile", "default")
    core = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    tools = [
        Tool("dbt", core, scratch, profile, {"PYTHONHASHSEED": "1"}),
        Tool("martlet", [str(pathlib.Path(options.martlet).resolve())], scratch, profile),
    ]
    differences = Differences(tools)
    for verb in ["parse"] + (["seed", "build", "source freshness", "docs generate"] if options.build else []):
        codes = [run(tool, verb, project, options.vars) for tool in tools]
        if codes[0] != codes[1]:
            differences.add(f"exit code of {verb}", "", *codes)
        if verb == "parse":
            differences.manifest(*(tool.artifact("manifest.json") for tool in tools))
            differences.compare("semantic_manifest", *(by_name(tool.artifact("semantic_manifest.json")) for tool in tools))
            differences.compare("graph_summary", *(tool.artifact("graph_summary.json") for tool in tools))
        if verb == "build":
            differences.manifest(*(tool.artifact("manifest.json") for tool in tools), label=" as built")
            differences.results("run_results", *(tool.artifact("run_results.json") for tool in tools))
            differences.files(project)
        if verb == "source freshness":
            differences.results("sources", *(tool.artifact("sources.json") for tool in tools))
        if verb == "docs generate":
            differences.compare("catalog", *(tool.artifact("catalog.json") for tool in tools))
    print(f"{about['name']}: " + ", ".join(f"{what} {equal}/{whole}" for what, (equal, whole) in differences.counts.items()))
    differences.print(options.show)
    return len(differences.found)


def by_name(manifest):
    """A semantic manifest whose lists are mappings: they have no order."""
    return {key: {one["name"]: one for one in value} if isinstance(value, list) else value for key, value in manifest.items()}


def unfolded(path, scratch):
    """Writes the project of a Markdown file into a folder; a folder stays as it is."""
    if path.is_dir():
        return path
    folder = scratch / "project"
    text = path.read_text(encoding="utf-8")
    for name, body in re.findall(r"^`([^`\n]+)`\n```\w*\n(.*?)^```$", text, re.M | re.S):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body, encoding="utf-8")
    return folder


def run(tool, verb, project, variables):
    words = verb.split()
    if len(words) == 1:
        return tool.run(verb, project, variables)[0]
    command, tool.command = tool.command, [*tool.command, *words[:-1]]
    try:
        return tool.run(words[-1], project, variables)[0]
    finally:
        tool.command = command


class Differences:
    """What was compared, and what differs."""

    def __init__(self, tools):
        self.tools, self.found, self.counts = tools, [], {}

    def add(self, kind, where, left, right):
        self.found.append((kind, where, left, right))

    def print(self, limit):
        kinds = collections.defaultdict(list)
        for kind, *rest in self.found:
            kinds[kind].append(rest)
        for kind, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
            print(f"  {kind}: {len(found)}")
            for where, left, right in found[:limit]:
                print(f"    {where}\n      dbt:     {short(left)}\n      martlet: {short(right)}")

    def manifest(self, left, right, label=""):
        """Compares all of a manifest, an entry at a time."""
        for section in sorted(left.keys() | right.keys()):
            theirs, ours = (side.get(section, "missing") for side in (left, right))
            if not isinstance(theirs, dict) or not isinstance(ours, dict) or section == "metadata":
                self.compare(f"manifest.{section}", theirs, ours)
                continue
            equal = 0
            if section == "macros":
                # Packages whose macros are built in are ours alone where a project has not installed them.
                packages = {macro["package_name"] for macro in theirs.values()}
                ours = {name: macro for name, macro in ours.items() if macro["package_name"] in packages}
            names = [name for name in sorted(theirs.keys() | ours.keys()) if not IGNORED.fullmatch(f"manifest.{section}.{name}.")]
            for name in names:
                before = len(self.found)
                if name not in theirs or name not in ours:
                    self.add(f"manifest.{section}: which", name, name in theirs, name in ours)
                else:
                    self.compare(f"manifest.{section}.*", theirs[name], ours[name], name)
                equal += before == len(self.found)
            self.counts[section + label] = (equal, len(names))

    def results(self, name, left, right):
        sides = [{**side, "results": {one["unique_id"]: one for one in side.get("results", [])}} for side in (left, right)]
        self.compare(name, *sides)

    def compare(self, place, left, right, where=""):
        """Goes down into mappings and lists."""
        if left == right or IGNORED.fullmatch(place) or IGNORED.fullmatch(f"{place}."):
            return
        if isinstance(left, dict) and isinstance(right, dict):
            for key in left.keys() | right.keys():
                # Keys that are names of the project's things belong to the place, not to the kind of difference.
                named = re.search(r"\.(columns|nodes|sources|results)$", place) and not place.endswith("depends_on.nodes")
                inner, at = (f"{place}.*", f"{where} {key}") if named else (f"{place}.{key}", where)
                self.compare(inner, left.get(key, "missing"), right.get(key, "missing"), at)
            return
        if isinstance(left, list) and isinstance(right, list):
            if UNORDERED.fullmatch(place) or place.startswith(("manifest.parent_map", "manifest.child_map", "manifest.group_map")):
                keep = [sorted(json.dumps(one) for one in side if not BUILT_IN.match(str(one))) for side in (left, right)]
                if keep[0] != keep[1]:
                    self.add(place, where, *([json.loads(one) for one in side] for side in keep))
                return
            if len(left) == len(right):
                for number, pair in enumerate(zip(left, right)):
                    self.compare(f"{place}[]", *pair, f"{where} {number}")
                return
        if isinstance(left, str) and isinstance(right, str):
            left, right = (still(side, tool.folder) for side, tool in zip((left, right), self.tools))
            # Built-in macros are each tool's own text: what they leave between the words of SQL is not compared.
            is_sql = place.endswith((".compiled_code", ".sql"))
            if left == right or is_sql and tokens(left) == tokens(right):
                return
        self.add(place, where, left, right)

    def files(self, project):
        """Compares which files lie under `compiled/` and `run/`, and what they say."""
        for kind in ("compiled", "run"):
            sides = []
            for tool in self.tools:
                folder = tool.folder / "target" / kind
                paths = [path for path in folder.rglob("*") if path.is_file()]
                sides.append({str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths})
            left, right = sides
            for name in sorted(left.keys() ^ right.keys()):
                self.add(f"files of {kind}", name, name in left, name in right)
            same = 0
            for name in left.keys() & right.keys():
                texts = [tokens(still(side[name], tool.folder)) for side, tool in zip(sides, self.tools)]
                same += texts[0] == texts[1]
                if kind == "compiled" and texts[0] != texts[1]:
                    self.add("text of compiled", name, *map(" ".join, texts))
            self.counts[f"{kind}/ files"] = (len(left.keys() & right.keys()), len(left.keys() | right.keys()))
            self.counts[f"{kind}/ texts"] = (same, len(left))


def short(value):
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 300 else text[:300] + " ..."


if __name__ == "__main__":
    sys.exit(main())
