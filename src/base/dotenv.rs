//! `.env`: a file of variables that holds what the environment does not. Written as Python's dotenv reads it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::fs;

/// The name of the file.
const FILE: &str = ".env";

/// Adds the variables of the nearest `.env` in a folder or above it; what the environment holds already stays. A
/// folder of that name is passed over.
pub fn load(folder: &Path, environment: &mut BTreeMap<String, String>) -> Result<(), fs::FileError> {
    let Some(path) = folder.ancestors().map(|folder| folder.join(FILE)).find(|path| fs::is_file(path)) else {
        return Ok(());
    };
    for (name, value) in read(&fs::read_text(&path)?, environment) {
        environment.entry(name).or_insert(value);
    }
    Ok(())
}

/// Reads the lines `NAME=value`; names without `=` and what is no such line are passed over.
fn read(text: &str, environment: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        rest = rest.trim_start();
        let line = rest.lines().next().unwrap_or_default();
        let assignment = line.strip_prefix("export ").unwrap_or(line).split_once('=');
        let (Some((name, _)), false) = (assignment, line.starts_with('#')) else {
            rest = rest.get(line.len()..).unwrap_or_default();
            continue;
        };
        let after = rest.get(line.find('=').map_or(line.len(), |at| at + 1)..).unwrap_or_default();
        let (value, is_literal, used) = value(after);
        let known = |name: &str| {
            let given = environment.get(name).map(String::as_str);
            let own = || variables.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
            given.or_else(own)
        };
        let value = if is_literal { value } else { filled_in(&value, known) };
        variables.push((name.trim().trim_matches('\'').to_owned(), value));
        rest = after.get(used..).unwrap_or_default();
    }
    variables
}

/// Reads a value: its text, whether it stands in single quotes, and the number of bytes up to the end of its line.
fn value(text: &str) -> (String, bool, usize) {
    let blanks = text.len() - text.trim_start_matches([' ', '\t']).len();
    let start = text.get(blanks..).unwrap_or_default();
    let quote = start.chars().next().filter(|first| matches!(first, '\'' | '"'));
    if let Some(quote) = quote {
        let mut value = String::new();
        let mut characters = start.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            if character == quote {
                let end = blanks + at + 1;
                let line = text.get(end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| end + at);
                return (value, quote == '\'', line);
            }
            match (character, quote) {
                ('\\', _) => match (characters.next().map(|(_, next)| next), quote) {
                    (Some('n'), '"') => value.push('\n'),
                    (Some('t'), '"') => value.push('\t'),
                    (Some('r'), '"') => value.push('\r'),
                    (Some(next), _) if next == quote || next == '\\' => value.push(next),
                    (next, _) => value.extend(std::iter::once('\\').chain(next)),
                },
                (other, _) => value.push(other),
            }
        }
    }
    let line = text.lines().next().unwrap_or_default();
    let end = [" #", "\t#"].iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len());
    (line.get(..end).unwrap_or_default().trim().to_owned(), false, line.len())
}

/// Puts in variables: `${NAME}`, `${NAME:-otherwise}`.
fn filled_in<'v>(text: &str, known: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        let (name, otherwise) = inside.split_once(":-").unwrap_or((inside, ""));
        out.push_str(before);
        out.push_str(known(name).unwrap_or(otherwise));
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(text: &str) -> Vec<(String, String)> {
        let environment = BTreeMap::from([("HOME".to_owned(), "/h".to_owned())]);
        read(text, &environment)
    }

    fn one(text: &str) -> String {
        variables(text).pop().unwrap().1
    }

    #[test]
    fn quotes_comments_and_exports() {
        assert_eq!(one("A=b # c"), "b");
        assert_eq!(one("A=b#c"), "b#c");
        assert_eq!(one("export A = ' b # c ' # d"), " b # c ");
        assert_eq!(one(r#"A="x\ny\"z""#), "x\ny\"z");
        assert_eq!(one("A=\"x\ny\"\nB=2"), "2");
        assert_eq!(one("A='it\\'s'"), "it's");
        assert_eq!(one("A=\"unfinished"), "\"unfinished");
        assert_eq!(variables("# A=1\nNOTHING\n\nB=2\n").len(), 1);
    }

    #[test]
    fn variables_are_put_in() {
        assert_eq!(one("A=1\nB=\"${A}-${HOME}-${C:-d}-${C}\""), "1-/h-d-");
        assert_eq!(one("A=1\nB='${A}'"), "${A}");
        assert_eq!(one("A=${open"), "${open");
    }

    #[test]
    fn what_the_environment_holds_stays() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "A=file\nB=file\n").unwrap();
        let inner = folder.path().join("a/b");
        std::fs::create_dir_all(inner.join(FILE)).unwrap();
        let mut environment = BTreeMap::from([("A".to_owned(), "real".to_owned())]);
        load(&inner, &mut environment).unwrap();
        assert_eq!(
            environment,
            BTreeMap::from([("A", "real"), ("B", "file")].map(|(a, b)| (a.into(), b.into())))
        );
    }
}
