#!/usr/bin/env python3
"""Measures what building costs beside the database: wall time less the time inside DuckDB, for each node that runs.

    python scripts/overhead.py MARTLET FOLDER... [--dbt VENV] [--package FOLDER]... [--vars YAML] [--runs 3]

Each folder is copied and built with one thread into a database that is not there yet, by the program and, where a
virtual environment with dbt-core and dbt-duckdb is named, by dbt Core. Packages are copied into `dbt_packages`. Of dbt
the time inside DuckDB is that of its cursor's `execute` and `fetch*`. Figures are those of the run with the median wall.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

LEFT_OUT = shutil.ignore_patterns("target", ".git", "logs", "*.duckdb", "*.duckdb.wal", ".martlet", "src", "integration_tests")

# Runs dbt in its own Python and tells the seconds that passed inside of DuckDB.
WATCHED = """
import json, sys, time
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
inside = 0.0
def watch(name):
    plain = getattr(DuckDBCursorWrapper, name, None)
    def watched(self, *given):
        global inside
        begun = time.perf_counter()
        try:
            return plain(self, *given) if plain else getattr(self._cursor, name)(*given)
        finally:
            inside += time.perf_counter() - begun
    setattr(DuckDBCursorWrapper, name, watched)
for name in ("execute", "fetchall", "fetchmany", "fetchone"):
    watch(name)
from dbt.cli.main import dbtRunner
result = dbtRunner().invoke(sys.argv[1:])
print("INSIDE", inside)
sys.exit(0 if result.success else 1)
"""


def prepared(folder: pathlib.Path, packages: list, scratch: pathlib.Path) -> pathlib.Path:
    copy = scratch / folder.name
    shutil.copytree(folder, copy, ignore=LEFT_OUT)
    if (copy / "project.yml").exists():
        (copy / "project.yml").rename(copy / "dbt_project.yml")
    for package in packages:
        shutil.copytree(package, copy / "dbt_packages" / package.name, ignore=LEFT_OUT)
    if not (copy / "profiles.yml").exists():
        named = re.search(r"^profile: *['\"]?([\w-]+)", (copy / "dbt_project.yml").read_text(encoding="utf-8"), re.M)
        output = "{target: dev, outputs: {dev: {type: duckdb, path: overhead.duckdb}}}"
        (copy / "profiles.yml").write_text(f"{named[1] if named else 'default'}: {output}\n", encoding="utf-8")
    return copy


def build(command: list, folder: pathlib.Path, options: argparse.Namespace) -> dict:
    """Builds into a new database; returns wall, seconds inside, and nodes."""
    for database in folder.rglob("*.duckdb*"):
        database.unlink()
    for name in ("target", ".martlet"):
        shutil.rmtree(folder / name, ignore_errors=True)
    arguments = ["build", "--threads", "1", "--target-path", "target"] + (["--vars", options.vars] if options.vars else [])
    environment = os.environ | {"HEALTHCARE_DB": str(folder / "healthcare.duckdb"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    environment["DBT_PROFILES_DIR"] = str(folder)
    begun = time.monotonic()
    done = subprocess.run([*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    wall = time.monotonic() - begun
    if done.returncode not in (0, 1) or not (folder / "target" / "run_results.json").exists():
        raise SystemExit(f"{command[0]} failed:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    told = re.search(r"^INSIDE ([\d.]+)", done.stdout, re.M)
    inside = float(told[1]) if told else sum(result["adapter_response"].get("seconds", 0) for result in results)
    return {"wall": wall, "inside": inside, "nodes": len(results), "failed": done.returncode}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("martlet")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--dbt", metavar="VENV", type=pathlib.Path)
    parser.add_argument("--package", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--vars")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    programs = {"martlet": [str(pathlib.Path(options.martlet).resolve())]}
    if options.dbt:
        # Not resolved: a virtual environment is known by the path of its Python.
        programs["dbt Core"] = [str(options.dbt.absolute() / "bin" / "python"), "-c", WATCHED]
    print(f"{'':<32}{'wall':>10}{'in DuckDB':>12}{'nodes':>8}{'overhead a node':>18}")
    for folder in options.folders:
        for name, command in programs.items():
            with tempfile.TemporaryDirectory() as scratch:
                copy = prepared(folder.resolve(), [package.resolve() for package in options.package], pathlib.Path(scratch))
                runs = sorted((build(command, copy, options) for _ in range(options.runs)), key=lambda run: run["wall"])
            run = runs[len(runs) // 2]
            overhead = 1000 * (run["wall"] - run["inside"]) / max(run["nodes"], 1)
            failed = "  (with failures)" if run["failed"] else ""
            print(f"{folder.resolve().name + ', ' + name:<32}{run['wall']:>8.2f} s{run['inside']:>10.2f} s{run['nodes']:>8}{overhead:>15.1f} ms{failed}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
