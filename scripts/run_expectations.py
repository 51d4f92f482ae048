#!/usr/bin/env python3
"""Gives the cases of several commands (`tests/cases/run`) to dbt Core and compares what becomes of nodes and rows.

    python scripts/run_expectations.py           # report differences
    python scripts/run_expectations.py --write   # and write what dbt gives into the files
    python scripts/run_expectations.py snapshots # only files or headings whose names hold one of these words

Wants dbt-core 1.11, dbt-duckdb 1.11 and duckdb in the Python that runs it. A case that differs on purpose, or whose
command dbt does not have, says so in a line `Differs: <reason>` and keeps its text. `tests/rust/case_run.rs` says what
the lines of a case mean.
"""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import sys
import tempfile

import dbt_expectations as projects

CASES = projects.CASES / "run"


def steps(text):
    """Yields heading, steps as (word, what it says), and the expected block as (text, first line, last line)."""
    heading, found, expected, fence, last = None, [], None, None, ""
    for number, line in enumerate(text.split("\n")):
        if fence is not None:
            if line != "```":
                fence[1].append(line)
                continue
            path = re.fullmatch("`([^`]+)`", last)
            if path:
                found.append(("File", (path[1], "\n".join(fence[1]) + "\n")))
            else:
                expected = ("\n".join(fence[1]), fence[0], number)
            fence, last = None, ""
        elif line.startswith("```"):
            fence = (number, [])
        elif line.startswith("## "):
            if heading is not None:
                yield heading, found, expected
            heading, found, expected, last = line[3:].strip(), [], None, ""
        else:
            last = line
            if ": " in line:
                found.append(tuple(line.split(": ", 1)))
    if heading is not None:
        yield heading, found, expected


def write_file(folder, path, text):
    files = {path: text}
    given = projects.Case("", 0)
    given.files = files
    with tempfile.TemporaryDirectory() as scratch:
        projects.write_files(given, pathlib.Path(scratch))
        for file in pathlib.Path(scratch).rglob("*"):
            target = folder / file.relative_to(scratch)
            if file.is_file() and (str(file.relative_to(scratch)) == path or not target.exists()):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())


def answer(found):
    """Goes through the steps; returns the text of the expected block."""
    environment, here, told, printed = dict(os.environ), os.getcwd(), [], ""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch).resolve() / "p"
        folder.mkdir()
        projects.write_files(projects.Case("", 0), folder)
        for name in set(os.environ) - set(projects.KEPT):
            del os.environ[name]
        os.environ["HOME"] = scratch
        os.chdir(folder)
        try:
            for word, said in found:
                if word == "File":
                    write_file(folder, *said)
                elif word == "Remove":
                    (folder / said.strip()).unlink()
                elif word == "Keep":
                    (folder / said.strip()).mkdir(exist_ok=True)
                    for artifact in (folder / "target").glob("*.json"):
                        shutil.copy(artifact, folder / said.strip())
                elif word == "Env":
                    os.environ.update([said.strip().split("=", 1)])
                elif word == "Run":
                    section, printed = invoke(said.strip())
                    told.append("\n".join(section.split("\n")[:2]) if ("Codes", "only") in found else section)
                elif word == "Rows":
                    told.append(f"-- {said.strip()}\n{projects.queried(said.strip())}")
                elif word == "Log":
                    told.append(logged(said.strip(), printed))
                elif word == "Events":
                    told.append(events(said.strip(), printed))
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(environment)
    return "\n".join(told).replace("\n\n", "\n").rstrip()


def results():
    path = pathlib.Path("target/run_results.json")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def invoke(line):
    before = results().get("metadata", {}).get("invocation_id")
    code, printed, _ = projects.run_dbt(shlex.split(line), quiet=False)
    after = results()
    lines = [f"-- {line}", f"exit {code}"]
    if after.get("metadata", {}).get("invocation_id") != before:
        lines += sorted(line for result in after.get("results", []) for line in status(result))
    return "\n".join(lines), printed


def status(result):
    words = [result["unique_id"], result["status"]]
    if result["status"] not in ("error", "skipped"):
        words += [result["message"]] if result["message"] is not None else []
        if "test." in result["unique_id"]:
            words.append(json.dumps(result["failures"]))
    # The tables of unit tests end their lines as on Windows.
    yield " | ".join(words).replace("\r\n", "\n").replace("\n", "\\n")
    for kind in ("successful", "failed"):
        for batch in (result.get("batch_results") or {}).get(kind, []):
            yield f"{result['unique_id']} {kind} {' '.join(batch)}"


def logged(pattern, printed):
    lines = []
    for line in printed.splitlines():
        for old, new in ((r"^\d\d:\d\d:\d\d ?", ""), (r"in \d+\.\d\ds\]", "in N]"), (r"in 0 hours .*", "in N")):
            line = re.sub(old, new, line)
        if re.search(pattern, line):
            lines.append(f"> {line.strip()}")
    return "\n".join(lines)


def events(pattern, printed):
    lines = []
    for line in printed.splitlines():
        event = json.loads(line)
        info, data = event["info"], event["data"]
        # Nothing is parsed in part here.
        if not re.search(pattern, info["name"]) or info["name"] == "UnableToPartialParse":
            continue
        node = data.get("node_info") or {}
        whose = f" | {node['unique_id']} {len(node)}" if node else ""
        lines.append(f"> {info['name']} {info['code']} {info['level']} | {' '.join(sorted(data))}{whose}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    count = differences = 0
    for path in sorted(CASES.rglob("*.md")):
        lines = path.read_text(encoding="utf-8").split("\n")
        for heading, found, expected in reversed(list(steps("\n".join(lines)))):
            label = f"run/{path.stem}::{heading}"
            if options.words and not any(word in label for word in options.words):
                continue
            count += 1
            if expected is None or any(word == "Differs" for word, _ in found):
                continue
            given = answer(found)
            if given == expected[0]:
                continue
            differences += 1
            print(f"{label}\n  file:\n{expected[0]}\n  given:\n{given}\n")
            if options.write:
                lines[expected[1] : expected[2]] = ["```result", *given.split("\n")]
        if options.write:
            path.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")
    print(f"{count} cases, {differences} differences")
    return 1 if differences and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
