//! Building the bundled project into a scratch database, and asking that database.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A scratch folder with a database that the bundled project is built into.
pub(crate) struct Workbench {
    pub(crate) folder: TempDir,
}

impl Workbench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes up patients.
    pub(crate) fn generate(&self, patients: u64, seed: u64) -> serde_json::Value {
        let out = self.path("raw");
        let (patients, seed) = (patients.to_string(), seed.to_string());
        let run = Command::new(env!("CARGO_BIN_EXE_martlet"))
            .args(["--quiet", "generate", "synthea", "--patients", &patients, "--seed", &seed, "--out"])
            .arg(&out)
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let manifest = std::fs::read_to_string(out.join("_manifest.json")).unwrap();
        serde_json::from_str(&manifest).unwrap()
    }

    /// Runs a command of martlet's on the bundled project over the raw files in a folder.
    pub(crate) fn martlet(&self, raw: &Path, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_martlet"))
            .args(arguments)
            .arg("--project-dir")
            .arg(env!("CARGO_MANIFEST_DIR"))
            .arg("--target-path")
            .arg(self.path("target"))
            .args(["--vars", &format!("{{raw_dir: '{}'}}", raw.display())])
            .env("HEALTHCARE_DB", self.path("healthcare.duckdb"))
            .env("NO_COLOR", "1")
            .output()
            .unwrap()
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub(crate) fn succeed(&self, raw: &Path, arguments: &[&str]) -> String {
        let run = self.martlet(raw, arguments);
        let printed = String::from_utf8_lossy(&run.stdout).into_owned();
        let failures: Vec<&str> =
            printed.lines().filter(|line| line.contains("ERROR") || line.contains("FAIL")).collect();
        assert!(run.status.success(), "{}\n{}", failures.join("\n"), String::from_utf8_lossy(&run.stderr));
        printed
    }

    /// Asks the database; every value comes as text, null as an empty one.
    pub(crate) fn ask(&self, sql: &str) -> Vec<Vec<String>> {
        let connection = duckdb::Connection::open(self.path("healthcare.duckdb")).unwrap();
        let mut statement = connection.prepare(&format!("select columns(*)::varchar from ({sql})")).unwrap();
        let mut rows = statement.query([]).unwrap();
        let width = rows.as_ref().unwrap().column_count();
        let mut found = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..width).map(|at| row.get::<_, Option<String>>(at).unwrap().unwrap_or_default());
            found.push(cells.collect());
        }
        found
    }

    /// Returns a hash of the content of every table of the star schema and every mart, in any order of rows.
    pub(crate) fn fingerprints(&self) -> Vec<(String, String)> {
        let tables = self.ask(
            "select table_name from information_schema.tables where table_schema = 'analytics' order by 1",
        );
        let hash = |table: &str| {
            let sql = format!(
                "select count(*) || ' rows, ' || md5(string_agg(t::varchar, chr(10) order by t::varchar)) from analytics.{table} t"
            );
            self.ask(&sql).remove(0).remove(0)
        };
        tables.into_iter().map(|mut row| row.remove(0)).map(|table| (table.clone(), hash(&table))).collect()
    }
}
