//! Artifacts are the same from run to run, and hold no secret.

use serde_json::Value;

use crate::artifacts::projects::every_kind;
use crate::support::run;

/// Removes what belongs to an invocation alone.
fn without_times(text: &str) -> String {
    let mut manifest: Value = serde_json::from_str(text).unwrap();
    for key in ["generated_at", "invocation_id", "invocation_started_at", "run_started_at"] {
        manifest["metadata"].as_object_mut().unwrap().remove(key);
    }
    let pattern = regex::Regex::new(r#""created_at":[0-9.]+"#).unwrap();
    pattern.replace_all(&manifest.to_string(), "").into_owned()
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    let project = every_kind();
    let manifest = |arguments: &str| {
        run::succeed(&project, arguments);
        ["manifest.json", "semantic_manifest.json"].map(|name| {
            let text = project.read(&format!("target/{name}"));
            if name == "manifest.json" { without_times(&text) } else { text }
        })
    };
    let first = manifest("parse");
    assert!(first == manifest("parse"));
    assert!(first == manifest("parse --threads 1"));
    run::succeed(&project, "seed");
    let built = manifest("build --full-refresh --threads 1");
    assert!(built == manifest("build --full-refresh --threads 4"));
}

#[test]
fn secrets_are_in_no_file_of_the_target_folder() {
    let project = every_kind();
    let secret = "hunter2-and-more";
    // A secret may be used in the profile only; whoever writes it out elsewhere gets stars in its place.
    project.write("models/told.sql", &format!("select '{secret}' as told"));
    project.write("models/told.yml", &format!("models: [{{name: told, description: knows {secret}}}]"));
    let secrets = [("DBT_ENV_SECRET_WORD", secret)];
    for arguments in [&["seed"][..], &["build"], &["docs", "generate"], &["source", "freshness"]] {
        let answer = run::run_in(&project, arguments, &secrets);
        assert!(!answer.stdout.contains(secret) && !answer.stderr.contains(secret));
    }
    let mut folders = vec![project.path("target")];
    let mut starred = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains(secret), "{} tells the secret", path.display());
            starred += usize::from(text.contains("'*****' as told"));
        }
    }
    // The compiled file, the one that ran, the manifest and the results.
    assert_eq!(starred, 4);
}
