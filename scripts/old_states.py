#!/usr/bin/env python3
"""Writes the states under `tests/states/`: manifests of the project there by versions of dbt Core.

    python scripts/old_states.py 1.5=VENV [1.6=VENV ...]

Each VENV is a virtual environment with that version of dbt-core and dbt-duckdb. `tests/states/project` is read with
the target `prod`. What is written is what dbt wrote, without the packages of dbt's own macros and without what differs
from one writing to the next; `tests/rust/artifacts/states.rs` says what must be found in it.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

STATES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "states"
FLEETING = ("generated_at", "invocation_id", "invocation_started_at", "user_id", "project_id", "run_started_at", "env")


def manifest(environment, folder):
    """Lets one dbt read the project, and returns its manifest."""
    command = [str(pathlib.Path(environment) / "bin" / "dbt"), "--no-send-anonymous-usage-stats", "parse"]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "SHOP_TARGET": "prod", "DBT_PROFILES_DIR": "."})
    return json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))


def trimmed(value, folder):
    """Leaves out dbt's own macros, moments and the folder's name."""
    value["macros"] = {name: one for name, one in value["macros"].items() if one["package_name"] == "shop"}
    value["docs"] = {name: one for name, one in value["docs"].items() if one["package_name"] == "shop"}
    for key in FLEETING:
        value["metadata"].pop(key, None)

    def walk(one):
        if isinstance(one, dict):
            return {key: 0 if key == "created_at" else walk(item) for key, item in one.items()}
        if isinstance(one, list):
            return [walk(item) for item in one]
        return one.replace(str(folder), "/shop") if isinstance(one, str) else one

    return walk(value)


def main():
    for argument in sys.argv[1:]:
        version, _, environment = argument.partition("=")
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch) / "shop"
            shutil.copytree(STATES / "project", folder)
            found = trimmed(manifest(environment, folder), folder)
        target = STATES / version / "manifest.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")
        print(version, found["metadata"]["dbt_version"], found["metadata"]["dbt_schema_version"])


if __name__ == "__main__":
    main()
