//! A project on disk from one string literal, in a folder of its own outside the repository.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A project in a folder that is removed with it.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    /// Writes the files of `text`, in which a line `//- path` begins a file.
    ///
    /// A project without a project file gets one that only names it `shop`.
    pub(crate) fn new(text: &str) -> Self {
        let project = Self::empty();
        project.write("project.yml", "name: shop\n");
        for (path, content) in files(text) {
            if path == "dbt_project.yml" {
                fs::remove_file(project.path("project.yml")).unwrap();
            }
            project.write(path, &content);
        }
        project
    }

    /// Makes a folder with nothing in it.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("shop")).unwrap();
        fs::create_dir_all(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// Returns the folder of the project.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    /// Returns the folder that stands for the user's home.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Returns the folder that holds both, which no message may be compared with as it is.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Returns where a file of the project lies.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder().join(path)
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Reads a file of the project.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Opens the project's database.
    pub(crate) fn database(&self) -> duckdb::Connection {
        duckdb::Connection::open(self.path("shop.duckdb")).unwrap()
    }

    /// Asks the project's database: a line for each row, its cells separated by blanks.
    pub(crate) fn query(&self, sql: &str) -> String {
        let database = self.database();
        let mut statement = database.prepare(&format!("select columns(*)::varchar from ({sql})")).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut lines = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..row.as_ref().column_count())
                .map(|at| row.get::<_, Option<String>>(at).unwrap().unwrap_or_else(|| "null".to_owned()));
            lines.push(cells.collect::<Vec<_>>().join(" "));
        }
        lines.join("\n")
    }
}

/// Splits a literal into its files.
fn files(text: &str) -> Vec<(&str, String)> {
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("//- ") {
            files.push((path.trim(), String::new()));
        } else if let Some((_, content)) = files.last_mut() {
            content.push_str(line);
            content.push('\n');
        } else {
            assert!(line.trim().is_empty(), "the literal must begin with `//- path`");
        }
    }
    files
}
