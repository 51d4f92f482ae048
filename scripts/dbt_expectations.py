#!/usr/bin/env python3
"""Gives the projects of the project cases to dbt Core and compares the expected blocks.

    python scripts/dbt_expectations.py                  # report differences
    python scripts/dbt_expectations.py --write          # and write what dbt gives into the files
    python scripts/dbt_expectations.py --martlet BINARY # compare what the program gives with the files instead
    python scripts/dbt_expectations.py --martlet BINARY --move # and move open cases that agree by now
    python scripts/dbt_expectations.py vars configs     # only files or headings whose names hold one of these words

Wants dbt-core 1.11, dbt-duckdb 1.11 and duckdb in the Python that runs it. A case that differs on purpose says so in a
line `Differs: <reason>` and keeps its text. Of a case that expects an error only the failure and the exit code are
compared and written: the messages are our own, and `MARTLET_UPDATE=1 cargo test --test cases` fills them in.
`tests/rust/case_project.rs` says what the other lines of a case mean. The cases of `tests/cases/project-open` hold what
dbt gives and the program does not give yet; no test runs them.
"""

import argparse
import contextlib
import io
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

CASES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "cases"
FOLDERS = ("project", "project-open")
PROFILE = "p: {target: dev, outputs: {dev: {type: duckdb, path: dev.duckdb, threads: 1}}}\n"
KEPT = ("HOME", "PATH", "LANG", "LC_ALL")


class Case:
    """A heading with its prose, its blocks that are files, and the block that is expected."""

    def __init__(self, heading, first):
        self.heading, self.first, self.prose, self.files, self.expected = heading, first, [], {}, None

    def lines(self, word):
        return [line[len(word) + 1 :].strip() for line in self.prose if line.startswith(word + ":")]

    def line(self, word, otherwise=None):
        return next(iter(self.lines(word)), otherwise)


def read(text):
    cases, fence = [], None
    for number, line in enumerate(text.split("\n")):
        if fence is not None:
            if line != "```":
                fence[2].append(line)
                continue
            first, word, inside = fence
            path = re.fullmatch("`([^`]+)`", cases[-1].prose[-1]) if cases[-1].prose else None
            if path:
                cases[-1].files[path[1]] = "\n".join(inside) + "\n"
            else:
                cases[-1].expected = (word, "\n".join(inside), first, number)
            cases[-1].prose.append("")
            fence = None
        elif line.startswith("## "):
            cases.append(Case(line[3:].strip(), number))
        elif cases and line.startswith("```"):
            fence = (number, line[3:].strip(), [])
        elif cases:
            cases[-1].prose.append(line)
    return cases


def write_files(case, folder):
    files = {"profiles.yml": PROFILE} | case.files
    projects = {"dbt_project.yml": ["name: p", "profile: p"]}
    for path in case.files:
        if path.startswith("dbt_packages/"):
            package = path.split("/")[1]
            projects[f"dbt_packages/{package}/dbt_project.yml"] = [f"name: {package}"]
    for path, lines in projects.items():
        files.setdefault(path, "")
        for line in lines:
            if not re.search("^" + line.split(" ")[0], files[path], re.M):
                files[path] += line + "\n"
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def run_dbt(arguments, quiet=True):
    """Runs dbt in this process and this folder; returns exit code, what was printed, and the message."""
    from dbt import deprecations, selected_resources
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt_common.events.functions import reset_metadata_vars

    # What dbt keeps from one invocation to the next.
    DuckDBConnectionManager._ENV = None
    selected_resources.set_selected_resources(())
    reset_metadata_vars()
    deprecations.reset_deprecations()
    printed = io.StringIO()
    flags = ["--no-send-anonymous-usage-stats", "--no-partial-parse", "--no-use-colors"] + ["--quiet"] * quiet
    # dbt takes no flag both before and after its command.
    flags = [flag for flag in flags if flag not in arguments]
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        result = dbtRunner().invoke(flags + arguments)
    DuckDBConnectionManager.close_all_connections()
    DuckDBConnectionManager._ENV = None
    code = 0 if result.success else 2 if result.exception is not None else 1
    return code, printed.getvalue(), f"{printed.getvalue()}{result.exception or ''}"


def run_martlet(binary, arguments):
    done = subprocess.run([binary, "--quiet", "--no-use-colors", *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stdout + done.stderr


def answer(case, run):
    """Returns the word and the text of the block that a case gives."""
    environment, here = dict(os.environ), os.getcwd()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch).resolve() / "p"
        write_files(case, folder)
        for name in set(os.environ) - set(KEPT):
            del os.environ[name]
        os.environ["HOME"] = scratch
        os.environ.update(variable.split("=", 1) for variable in case.lines("Env"))
        os.chdir(folder)
        try:
            code, printed, message = run(shlex.split(case.line("Command", "compile")))
            if code:
                return "error", f"exit {code}\n{message.strip()}"
            return "compiled", told(case, folder, printed)
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(environment)


def told(case, folder, printed):
    manifest = folder / "target" / "manifest.json"
    manifest = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    sections = [f"-- printed\n{printed.rstrip()}"] if printed.strip() else []
    asked = case.line("Compiled")
    for name, node in sorted(manifest.get("nodes", {}).items()):
        code = node.get("compiled_code")
        if code is None or asked is not None and name not in asked.split(", "):
            continue
        code = " ".join(code.split()) if case.line("Whitespace") == "squeezed" else code.strip()
        sections.append(f"-- {name}\n{code}")
    shown = []
    for path in (path for line in case.lines("Show") for path in line.split(", ")):
        shown += [f"{name} = {value}" for name, value in found(manifest, path.split("."), [])]
    if shown:
        sections.append("\n".join(shown))
    for question in case.lines("Query"):
        sections.append(f"-- {question}\n{queried(question)}")
    return "\n\n".join(sections)


def found(value, segments, name):
    """Walks a path into the manifest. A key may hold dots itself: the longest that there is counts."""
    if not segments:
        return [(".".join(name), json.dumps(value, sort_keys=True, ensure_ascii=False))]
    if segments[0] == "*" and isinstance(value, dict):
        return [line for key in sorted(value) for line in found(value[key], segments[1:], [*name, key])]
    for length in range(len(segments), 0, -1):
        key = ".".join(segments[:length])
        if isinstance(value, dict) and key in value:
            return found(value[key], segments[length:], [*name, key])
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            return found(value[int(key)], segments[length:], [*name, key])
    return [(".".join([*name, *segments]), "missing")]


def queried(question):
    import duckdb

    try:
        with duckdb.connect("dev.duckdb") as database:
            rows = database.execute(f"select columns(*)::varchar from ({question})").fetchall()
    except duckdb.Error as error:
        return f"no answer: {str(error).splitlines()[0]}"
    return "\n".join(" | ".join("null" if cell is None else cell for cell in row) for row in rows)


def same(expected, word, text, by_martlet):
    """Compares two answers. Where dbt's error is expected of the program, what stands below the exit code is told too."""
    if expected is None or expected[0] != word:
        return False
    if word != "error":
        return expected[1] == text
    code, *parts = expected[1].split("\n")
    return code == text.split("\n")[0] and (not by_martlet or all(part in text for part in parts))


def move(lines, case, path):
    """Takes a case out of its file and puts it at the end of the file of that name whose cases are run."""
    last = case.expected[3] + 1
    while last < len(lines) and not lines[last]:
        last += 1
    body = lines[case.first : last]
    del lines[case.first : last]
    target = CASES / FOLDERS[0] / path.name
    head = target.read_text(encoding="utf-8") if target.exists() else "\n".join(lines[: lines.index("") + 1])
    target.write_text(head.rstrip("\n") + "\n\n" + "\n".join(body).rstrip("\n") + "\n", encoding="utf-8")


def look_at(path, options, run):
    """Compares the cases of a file; returns how many there were and how many differ."""
    cases = differences = 0
    lines = path.read_text(encoding="utf-8").split("\n")
    for case in reversed(read("\n".join(lines))):
        label = f"{path.parent.name}/{path.stem}::{case.heading}"
        if options.words and not any(word in label for word in options.words):
            continue
        cases += 1
        if case.lines("Differs") or case.expected is None:
            continue
        word, given = answer(case, run)
        open_case = path.parent.name == FOLDERS[1]
        if same(case.expected, word, given, options.martlet and open_case):
            if options.move and open_case:
                print(f"{label} agrees")
                move(lines, case, path)
            continue
        differences += 1
        print(f"{label}\n  file ({case.expected[0]}):\n{case.expected[1]}\n  given ({word}):\n{given}\n")
        if options.write:
            kept = given.split("\n")[:1] if word == "error" else given.split("\n") if given else []
            lines[case.expected[2] : case.expected[3]] = ["```" + word, *kept]
    if options.write or options.move:
        path.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")
    if options.move and not any(line.startswith("## ") for line in lines):
        path.unlink()
    return cases, differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--martlet", metavar="BINARY")
    parser.add_argument("--move", action="store_true")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    if bool(options.martlet) < options.move or options.martlet and options.write:
        parser.error("--move goes with --martlet, --write without it: what is expected is what dbt gives")
    binary = options.martlet and str(pathlib.Path(options.martlet).resolve())
    run = (lambda arguments: run_martlet(binary, arguments)) if binary else run_dbt
    files = sorted(path for folder in FOLDERS for path in (CASES / folder).rglob("*.md"))
    counts = [look_at(path, options, run) for path in files]
    cases, differences = (sum(column) for column in zip(*counts))
    print(f"{cases} cases, {differences} differences")
    return 1 if differences and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
