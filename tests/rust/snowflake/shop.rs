//! A project on a database of its own at the stand-in for Snowflake, and the statements that its runs send.

use std::cell::Cell;

use regex::Regex;

use super::server::Server;
use crate::support::project::Project;
use crate::support::run::{Answer, run_with};

/// What every run begins with: which schemas there are, and what they hold.
const BEGINS: &[&str] = &["show terse schemas", "show objects", "create schema"];

/// A project on a database of its own.
pub(super) struct Shop {
    pub(super) project: Project,
    database: String,
    seen: Cell<usize>,
}

impl Shop {
    /// Writes a project whose models go to the schema `MARTS`.
    pub(super) fn new(files: &str) -> Self {
        Self::with_profile(files, "warehouse: wh")
    }

    /// Writes a project with keys of the profile that are its own.
    pub(super) fn with_profile(files: &str, more: &str) -> Self {
        let server = Server::shared();
        let database = server.database();
        let project = Project::new(files);
        let connection = format!(
            "type: snowflake, account: standin, user: tester, password: secret, host: 127.0.0.1, port: {}, \
             protocol: http, database: {database}, threads: 1, {more}",
            server.port()
        );
        project.write(
            "profiles.yml",
            &format!(
                "shop:\n  target: dev\n  outputs:\n    dev: {{{connection}, schema: marts}}\n    \
                 blue: {{{connection}, schema: blue}}\n"
            ),
        );
        project.write("project.yml", "name: shop\nprofile: shop\n");
        let shop = Self { project, database, seen: Cell::new(0) };
        shop.sql(&["create schema marts"]);
        shop.news();
        shop
    }

    /// Runs the binary, which has to succeed, and returns the statements that it sent.
    pub(super) fn sent(&self, arguments: &[&str]) -> String {
        let (answer, sent) = self.run(arguments);
        assert_eq!(answer.code, 0, "{}", answer.told());
        sent
    }

    /// Runs the binary, and returns what it said and the statements that it sent.
    pub(super) fn run(&self, arguments: &[&str]) -> (Answer, String) {
        let answer = run_with(&self.project, arguments);
        (answer, self.news())
    }

    /// Sends statements as somebody else does.
    pub(super) fn sql(&self, statements: &[&str]) {
        let wire = Server::shared().session(&self.database);
        for statement in statements {
            wire.rows(&statement.replace("marts.", &format!("{}.marts.", self.database)));
        }
        self.news();
    }

    /// Returns the rows of relations, each on a line behind its name.
    pub(super) fn rows(&self, relations: &[&str]) -> String {
        let wire = Server::shared().session(&self.database);
        let mut lines = Vec::new();
        for relation in relations {
            let rows = wire.rows(&format!("select * from {}.marts.{relation}", self.database));
            let mut rows: Vec<String> = rows.as_array().unwrap().iter().map(ToString::to_string).collect();
            rows.sort();
            lines.push(format!("{relation}: {}", rows.join(" ")));
        }
        self.news();
        lines.join("\n")
    }

    /// Returns the statements that came since the last time, each on a line.
    fn news(&self) -> String {
        let all = Server::shared().statements(&self.database);
        let seen = self.seen.replace(all.len());
        let comment = Regex::new(r"(?s)/\*.*?\*/").unwrap();
        let told = all.iter().skip(seen).filter_map(|one| {
            let text = comment.replace_all(one["text"].as_str().unwrap(), "").replace(&self.database, "DEV");
            let text =
                text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(" )", ")");
            let refused = match one["code"].as_str().unwrap_or_default() {
                "" => String::new(),
                code => format!("  -- refused: {code}"),
            };
            (!BEGINS.iter().any(|begin| text.starts_with(begin))).then(|| format!("{text}{refused}"))
        });
        told.collect::<Vec<_>>().join("\n")
    }
}
