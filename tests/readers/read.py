"""Lets programs of other authors read the artifacts of a run, and prints as JSON what they make of them.

    python read.py TARGET WORD...

`WORD` names readers: schemas, core, parser, coverage, bouncer, colibri. Each is run as its users run it; nothing of it is
replaced, and none asks the network for anything.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ARTIFACTS = ("manifest", "catalog", "run_results", "sources")
# What projects are held to by one of the readers. What it is to find is what the tests say.
RULES = {
    "manifest_checks": [
        {"name": "check_model_names", "model_name_pattern": "^[a-z0-9_]+$"},
        {"name": "check_model_description_populated"},
        {"name": "check_model_has_unique_test"},
        {"name": "check_source_description_populated"},
        {"name": "check_macro_arguments_description_populated"},
        {"name": "check_unit_test_given_formats", "permitted_formats": ["dict", "csv", "sql"]},
    ],
    "catalog_checks": [{"name": "check_source_columns_are_all_documented"}],
    "run_results_checks": [{"name": "check_run_results_max_execution_time", "max_execution_time_seconds": 600}],
}


def artifacts(target):
    present = [name for name in ARTIFACTS if (target / f"{name}.json").exists()]
    return {name: json.loads((target / f"{name}.json").read_text(encoding="utf-8")) for name in present}


def dbt_classes():
    from dbt.artifacts.schemas.catalog import CatalogArtifact
    from dbt.artifacts.schemas.freshness import FreshnessExecutionResultArtifact
    from dbt.artifacts.schemas.manifest import WritableManifest
    from dbt.artifacts.schemas.run import RunResultsArtifact

    return dict(zip(ARTIFACTS, (WritableManifest, CatalogArtifact, RunResultsArtifact, FreshnessExecutionResultArtifact)))


def schemas(target, _):
    """dbt's published JSON schemas are made of its classes; jsonschema holds the artifacts against them."""
    import jsonschema

    found = {}
    for name, content in artifacts(target).items():
        schema = dbt_classes()[name].json_schema()
        errors = jsonschema.Draft202012Validator(schema).iter_errors(content)
        found[name] = {"schema": schema["$id"], "errors": [f"{list(one.path)}: {one.message}" for one in errors]}
    return found


def core(target, _):
    """dbt Core's own reading, as of its `--state`."""
    from dbt.contracts.graph.manifest import Manifest

    read = {name: dbt_classes()[name].read_and_check_versions(str(target / f"{name}.json")) for name in artifacts(target)}
    manifest = Manifest.from_writable_manifest(read["manifest"])
    manifest.build_flat_graph()
    return {
        "nodes": len(manifest.nodes),
        "selectable": len(manifest.flat_graph["nodes"]),
        "results": len(read["run_results"].results),
        "catalogued": len(read["catalog"].nodes) + len(read["catalog"].sources) if "catalog" in read else 0,
        "checked": len(read["sources"].results) if "sources" in read else 0,
    }


def parser(target, _):
    """dbt-artifacts-parser: classes that refuse keys they do not know."""
    from dbt_artifacts_parser import parser as read

    return {name: type(getattr(read, f"parse_{name}")(content)).__name__ for name, content in artifacts(target).items()}


def run(*command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    return done.returncode, done.stdout + done.stderr


def coverage(target, scratch):
    """dbt-coverage: how many columns are described, and how many are tested."""
    found = {}
    for what in ("doc", "test"):
        report = scratch / f"{what}.json"
        arguments = ["compute", what, "--run-artifacts-dir", target, "--cov-report", report]
        code, text = run(tool("dbt-coverage"), *arguments, folder=scratch)
        if code != 0:
            raise SystemExit(text)
        content = json.loads(report.read_text(encoding="utf-8"))
        found[what] = [content["covered"], content["total"]]
    return found


def bouncer(target, scratch):
    """dbt-bouncer: rules that projects keep."""
    config, report = scratch / "rules.json", scratch / "bouncer.json"
    rules = json.dumps({"dbt_artifacts_dir": str(target), **RULES})
    config = scratch / "rules.yml"
    config.write_text(rules, encoding="utf-8")
    arguments = ["run", "--config-file", config, "--output-file", report, "--output-format", "json"]
    code, text = run(tool("dbt-bouncer"), *arguments, folder=scratch)
    if not report.exists():
        raise SystemExit(text)
    results = json.loads(report.read_text(encoding="utf-8"))
    results = results if isinstance(results, list) else results["results"]
    failed = sorted(one["check_run_id"] for one in results if one["outcome"] != "success")
    return {"code": code, "checks": len(results), "failed": failed}


def colibri(target, scratch):
    """dbt-colibri: which columns come from which."""
    arguments = ["--manifest", target / "manifest.json", "--catalog", target / "catalog.json", "--output-dir", scratch]
    code, text = run(tool("colibri"), "generate", *arguments, folder=scratch)
    report = scratch / "colibri-manifest.json"
    if code != 0 or not report.exists():
        raise SystemExit(text)
    content = json.loads(report.read_text(encoding="utf-8"))
    edges = [f"{one['source']}.{one['sourceColumn']} > {one['target']}.{one['targetColumn']}" for one in content["lineage"]["edges"]]
    errors = scratch / "colibri-parsing-errors.json"
    errors = json.loads(errors.read_text(encoding="utf-8")) if errors.exists() else []
    return {"nodes": len(content["nodes"]), "edges": sorted(edges), "errors": sorted(one["node_id"] for one in errors)}


def tool(name):
    return pathlib.Path(sys.executable).parent / name


def main():
    target, words = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    readers = {one.__name__: one for one in (schemas, core, parser, coverage, bouncer, colibri)}
    found = {}
    for word in words:
        with tempfile.TemporaryDirectory() as scratch:
            found[word] = readers[word](target, pathlib.Path(scratch))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
