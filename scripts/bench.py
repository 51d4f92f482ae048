#!/usr/bin/env python3
"""Measures martlet, and dbt Core in the same run where it can be installed (`make bench`).

Each figure is the median of some runs of a whole process: wall seconds, CPU seconds, peak memory in MiB.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

RUNS = 3
DBT = Path("target/bench/dbt")


def measure(command: list, folder: Path, env: dict, runs: int = RUNS) -> dict:
    """Runs a command some times and returns the medians and the last output."""
    walls, cpus, peaks = [], [], []
    for _ in range(runs):
        with tempfile.TemporaryFile() as out:
            begun = time.monotonic()
            process = subprocess.Popen(command, cwd=folder, env={**os.environ, **env}, stdout=out, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            walls.append(time.monotonic() - begun)
            cpus.append(usage.ru_utime + usage.ru_stime)
            peaks.append(usage.ru_maxrss / 1024)
            out.seek(0)
            text = out.read().decode(errors="replace")
            if status != 0:
                raise SystemExit(f"{' '.join(command)} failed:\n{text[-2000:]}")
    return {"wall": statistics.median(walls), "cpu": statistics.median(cpus), "peak": statistics.median(peaks), "text": text}


def report(what: str, figures: dict, extra: str = "") -> None:
    print(f"{what:<44} {figures['wall']:>8.3f} s {figures['cpu']:>8.3f} s {figures['peak']:>8.0f} MiB  {extra}", flush=True)


def write_models(folder: Path, count: int) -> None:
    """Writes a project of models in layers of a hundred, each with two references; nine of ten have two tests."""
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: bench\nprofile: bench\n")
    (folder / "profiles.yml").write_text(
        "bench: {target: dev, outputs: {dev: {type: duckdb, path: bench.duckdb, threads: 2}}}\n")
    properties = ["models:"]
    for number in range(count):
        parents = [number - 100, number - 100 + 1] if number >= 100 else []
        body = " union all ".join(f"select * from {{{{ ref('m{parent}') }}}}" for parent in parents) or f"select {number} as id"
        layer = folder / "models" / f"layer_{number // 100}"
        layer.mkdir(exist_ok=True)
        (layer / f"m{number}.sql").write_text("{{ config(materialized='view') }}\n" + body + "\n")
        if number % 10:
            properties.append(f"  - name: m{number}\n    columns:\n      - name: id\n        data_tests: [unique, not_null]")
    (folder / "models" / "properties.yml").write_text("\n".join(properties) + "\n")


def install_dbt() -> "Path | None":
    """Installs dbt Core into a folder under target; None when that cannot be done."""
    dbt = DBT / "bin" / "dbt"
    if dbt.exists():
        return dbt.resolve()
    try:
        venv.create(DBT, with_pip=True)
        packages = ["dbt-core<1.12", "dbt-duckdb<1.12", "duckdb==1.5.5"]
        subprocess.run([DBT / "bin" / "pip", "install", "--quiet", *packages], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"dbt Core is left out: {error}", file=sys.stderr)
        shutil.rmtree(DBT, ignore_errors=True)
        return None
    return dbt.resolve()


def bench_models(martlet: str, dbt: "Path | None", scratch: Path) -> None:
    for count in (1_000, 10_000):
        folder = scratch / f"models_{count}"
        write_models(folder, count)
        tests = 2 * (count - count // 10)
        report(f"martlet parse, {count:,} models, {tests:,} tests", measure([martlet, "parse"], folder, {}))
        if dbt:
            command = [str(dbt), "parse", "--no-partial-parse", "--profiles-dir", "."]
            report("dbt Core parse, the same", measure(command, folder, {}, runs=1))


def bench_patients(martlet: str, scratch: Path) -> None:
    for patients in (1_000, 10_000):
        raw = scratch / f"raw_{patients}"
        command = [martlet, "generate", "synthea", "--patients", str(patients), "--seed", "42", "--out", str(raw)]
        report(f"martlet generate, {patients:,} patients", measure(command, Path.cwd(), {}, runs=1))
        database = scratch / f"bench_{patients}.duckdb"
        command = [martlet, "--debug", "build", "--full-refresh", "--vars", f"{{raw_dir: '{raw}'}}", "--target-path", str(scratch / "out")]
        figures = measure(command, Path.cwd(), {"HEALTHCARE_DB": str(database)}, runs=1)
        found = re.search(r"inside the database \((\d+) %\)", figures["text"])
        share = f"{found.group(1)} % of the work inside DuckDB" if found else ""
        report(f"martlet build, {patients:,} patients", figures, share)


def bench_overhead(martlet: str, dbt: "Path | None", scratch: Path) -> None:
    """Measures what building costs beside DuckDB: on small models, and on whole projects named in BENCH_PROJECTS."""
    small = scratch / "small_models"
    write_models(small, 200)
    folders = [str(small), *os.environ.get("BENCH_PROJECTS", "").split()]
    script = [sys.executable, str(Path(__file__).with_name("overhead.py")), martlet]
    named = ["--dbt", str(DBT.absolute())] if dbt else []
    print(flush=True)
    subprocess.run([*script, *folders, *named], check=True)
    # The packages that dbt would need for the bundled project are not fetched here.
    raw = scratch / "raw_1000"
    subprocess.run([*script, ".", "--vars", f"{{raw_dir: '{raw}'}}"], check=True)


def main() -> int:
    martlet = str(Path(sys.argv[1]).resolve())
    print(f"{'':<44} {'wall':>10} {'CPU':>10} {'peak':>12}")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        report("martlet --version", measure([martlet, "--version"], scratch, {}, runs=10))
        small = scratch / "small"
        subprocess.run([martlet, "--quiet", "init", "small"], cwd=scratch, check=True)
        report("martlet list, 8 nodes", measure([martlet, "list"], small, {}, runs=10))
        dbt = install_dbt()
        if dbt:
            report("dbt --version", measure([str(dbt), "--version"], scratch, {}))
        bench_models(martlet, dbt, scratch)
        bench_patients(martlet, scratch)
        bench_overhead(martlet, dbt, scratch)
    return 0


if __name__ == "__main__":
    sys.exit(main())
