//! Keeping secrets out of what is shown or written: the value of every variable `DBT_ENV_SECRET...` is written as `*****`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The beginning of the names of secret variables.
const PREFIX: &str = "DBT_ENV_SECRET";

/// What stands in place of a secret.
pub const STARS: &str = "*****";

/// The shortest line of a secret of several lines that is a secret by itself.
const SHORTEST_LINE: usize = 8;

/// The values that nobody may see.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Finds the secrets of an environment.
    pub fn of(environment: &BTreeMap<String, String>) -> Self {
        let secrets = environment.iter().filter(|(name, _)| name.starts_with(PREFIX));
        Self::of_values(secrets.map(|(_, value)| value.clone()))
    }

    /// Takes values that nobody may see.
    pub fn of_values(values: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = Vec::new();
        for value in values.into_iter().filter(|value| !value.trim().is_empty()) {
            secrets.push(value.clone());
            // Output is written by lines, and as JSON: neither must bring out what the other hides.
            let lines = value.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
            secrets.extend(lines.map(str::to_owned));
            let json = serde_json::Value::from(value.as_str()).to_string();
            let inside = json.strip_prefix('"').and_then(|json| json.strip_suffix('"'));
            secrets.extend(inside.map(str::to_owned));
        }
        // A secret that holds another one goes first, or its rest would be seen.
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self(secrets)
    }

    /// Writes stars in place of every secret.
    pub fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), STARS));
            }
        }
        text
    }
}

/// Passes lines on without the secrets in them.
pub struct Scrubbed<W: Write> {
    secrets: Secrets,
    line: Vec<u8>,
    out: W,
}

impl<W: Write> Scrubbed<W> {
    /// Makes a writer that passes on to `out`.
    pub fn new(secrets: Secrets, out: W) -> Self {
        Self { secrets, line: Vec::new(), out }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match std::str::from_utf8(&line) {
            Ok(text) => self.out.write_all(self.secrets.scrub(text).as_bytes()),
            Err(_) => self.out.write_all(&line),
        }
    }
}

impl<W: Write> Write for Scrubbed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.secrets.0.is_empty() {
            return self.out.write(bytes);
        }
        self.line.extend_from_slice(bytes);
        // Whole lines only: a secret may come in pieces.
        if self.line.ends_with(b"\n") {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.out.flush()
    }
}

impl<W: Write> Drop for Scrubbed<W> {
    fn drop(&mut self) {
        // A reader that has gone away is no failure of the run.
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(values: &[&str]) -> Secrets {
        let named = values.iter().enumerate();
        Secrets::of(&named.map(|(at, value)| (format!("{PREFIX}_{at}"), (*value).to_owned())).collect())
    }

    #[test]
    fn a_secret_within_another_leaves_no_rest() {
        assert_eq!(secrets(&["abc", "abcdef"]).scrub("x abcdef abc"), "x ***** *****");
    }

    #[test]
    fn lines_and_json_of_a_secret_are_secret() {
        let secrets = secrets(&["first line\nand \"another\""]);
        assert_eq!(secrets.scrub("10:00 first line"), "10:00 *****");
        assert_eq!(secrets.scrub(r#"{"a":"first line\nand \"another\""}"#), r#"{"a":"*****"}"#);
    }

    #[test]
    fn a_secret_in_pieces_is_found() {
        let mut out = Vec::new();
        let mut scrubbed = Scrubbed::new(secrets(&["hunter2"]), &mut out);
        write!(scrubbed, "pass hun").unwrap();
        writeln!(scrubbed, "ter2").unwrap();
        write!(scrubbed, "hunter2").unwrap();
        drop(scrubbed);
        assert_eq!(String::from_utf8(out).unwrap(), "pass *****\n*****");
    }

    #[test]
    fn blank_secrets_are_none() {
        assert_eq!(secrets(&["", "  "]).scrub("a  b"), "a  b");
    }
}
