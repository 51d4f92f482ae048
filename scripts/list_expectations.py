#!/usr/bin/env python3
"""Gives the cases of `list` (`tests/cases/list`) to dbt Core and compares what it lists.

    python scripts/list_expectations.py          # report differences
    python scripts/list_expectations.py --write  # and write what dbt gives into the files
    python scripts/list_expectations.py methods  # only files or headings whose names hold one of these words

Wants dbt-core 1.11 and dbt-duckdb 1.11 in the Python that runs it. dbt reads the project of a folder once, and each
command line takes the nodes from there; a case with `State:` changes a project of its own. A case that differs on
purpose says so in a line `Differs: <reason>` and keeps its text. `tests/rust/case_list.rs` says what the lines mean.
"""

import argparse
import contextlib
import io
import os
import pathlib
import re
import shlex
import shutil
import sys
import tempfile

import dbt_expectations as projects
import run_expectations as runs

CASES = projects.CASES / "list"
FLAGS = ["--no-send-anonymous-usage-stats", "--no-partial-parse", "--no-use-colors", "--no-version-check"]
TOLD = ("NoNodesForSelectionCriteria", "NoNodesSelected")


class Dbt:
    """dbt in a folder, with the nodes that it has read there."""

    def __init__(self, folder, scratch):
        self.folder, self.scratch, self.manifest = folder, scratch, None

    def invoke(self, arguments, environment=()):
        from dbt import deprecations
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner
        from dbt_common.events.functions import reset_metadata_vars

        told, before, here = [], dict(os.environ), os.getcwd()
        for name in set(os.environ) - set(projects.KEPT):
            del os.environ[name]
        os.environ["HOME"] = str(self.scratch)
        os.environ.update(environment)
        os.chdir(self.folder)
        reset_metadata_vars()
        deprecations.reset_deprecations()
        notice = lambda event: told.append(event.info.msg) if event.info.name in TOLD else None
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                result = dbtRunner(manifest=self.manifest, callbacks=[notice]).invoke(FLAGS + arguments)
        finally:
            DuckDBConnectionManager.close_all_connections()
            DuckDBConnectionManager._ENV = None
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)
        code = 0 if result.success else 2 if result.exception is not None else 1
        return code, result, told

    def read(self):
        self.manifest = None
        code, result, _ = self.invoke(["parse"])
        if code:
            sys.exit(f"{self.folder}: {result.exception}")
        self.manifest = result.result

    def list(self, line, environment):
        code, result, told = self.invoke(["list", *shlex.split(line)], environment)
        told = [re.sub(r"\x1b\[\d+m", "", text).removeprefix("[WARNING]: ") for text in told]
        lines = result.result if code == 0 else [f"exit {code}"]
        if os.environ.get("SHOW_ERRORS") and code:
            print(line, "->", str(result.exception).strip())
        return [*(f"! {text}" for text in told), *lines]


def write(folder, files):
    given = projects.Case("", 0)
    given.files = dict(files)
    projects.write_files(given, folder)


def answer(found, lines, shared):
    """Goes through the steps of a case; returns the text of the expected block."""
    environment = [tuple(said.strip().split("=", 1)) for word, said in found if word == "Env"]
    with tempfile.TemporaryDirectory() as scratch:
        dbt = shared
        if any(word in ("State", "File", "Remove") for word, _ in found):
            folder = pathlib.Path(scratch).resolve() / "p"
            shutil.copytree(shared.folder, folder, ignore=shutil.ignore_patterns("target", "logs"))
            dbt = Dbt(folder, scratch)
            for word, said in found:
                if word == "File":
                    runs.write_file(folder, *said)
                elif word == "Remove":
                    (folder / said.strip()).unlink()
                elif word == "State":
                    dbt.invoke([*shlex.split(said), "--target-path", "state"], environment)
            dbt.read()
        told = []
        for line in lines:
            told.append("\n".join([f"$ {line}", *dbt.list(line, environment)]))
    return "\n\n".join(told)


def look_at(path, options, shared):
    count = differences = 0
    lines = path.read_text(encoding="utf-8").split("\n")
    for heading, found, expected in reversed(list(runs.steps("\n".join(lines)))):
        label = f"{path.relative_to(CASES).with_suffix('')}::{heading}"
        if expected is None or options.words and not any(word in label for word in options.words):
            continue
        asked = [line[2:] for line in expected[0].split("\n") if line.startswith("$ ")]
        count += len(asked)
        if any(word == "Differs" for word, _ in found):
            continue
        given = answer(found, asked, shared)
        if given == expected[0]:
            continue
        differences += 1
        print(f"{label}\n  file:\n{expected[0]}\n  given:\n{given}\n" if not options.write else label, flush=True)
        if options.write:
            lines[expected[1] : expected[2]] = ["```list", *given.split("\n")]
    if options.write:
        path.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")
    return count, differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    count = differences = 0
    for project in sorted(CASES.rglob("project.md")):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch).resolve() / "p"
            [case] = projects.read("## project\n" + project.read_text(encoding="utf-8"))
            write(folder, case.files)
            shared = Dbt(folder, scratch)
            shared.read()
            for path in sorted(project.parent.glob("*.md")):
                if path != project:
                    counts = look_at(path, options, shared)
                    count, differences = count + counts[0], differences + counts[1]
    print(f"{count} command lines, {differences} cases that differ")
    return 1 if differences and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
