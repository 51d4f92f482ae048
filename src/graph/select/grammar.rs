//! The grammar of selections: `@`, `2+`, `method.argument:value`, `+3`; blanks join, commas intersect.

use crate::base::data::Data;
use crate::graph::select::error::SelectError;
use crate::graph::select::methods;

/// How far a graph operator reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Not at all.
    None,
    /// So many edges.
    Steps(usize),
    /// To the end.
    All,
}

/// One criterion.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// `@`: the node, what depends on it, and all that those need.
    pub at: bool,
    /// What stands before the name: `+` or `2+`.
    pub parents: Depth,
    /// The method's name: `fqn`, `tag`, `path`, ...
    pub method: &'static str,
    /// What stands behind the method's name: `config.<materialized>`.
    pub arguments: Vec<String>,
    /// What is looked for: a text, or what YAML says.
    pub value: Data,
    /// What stands after the name: `+` or `+3`.
    pub children: Depth,
}

/// Criteria that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The group as written.
    pub text: String,
    /// Its criteria.
    pub criteria: Vec<Criterion>,
}

/// Reads selections: each text may hold several groups, parted by blanks.
pub fn parse(texts: &[String]) -> Result<Vec<Group>, SelectError> {
    let groups = texts.iter().flat_map(|text| text.split_whitespace());
    groups
        .map(|text| {
            let criteria = text.split(',').map(criterion).collect::<Result<Vec<_>, _>>()?;
            Ok(Group { text: text.to_owned(), criteria })
        })
        .collect()
}

/// Reads one criterion. One without a value is fine, as in dbt, and names nothing.
pub fn criterion(text: &str) -> Result<Criterion, SelectError> {
    let (at, rest) = match text.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (parents, rest) = leading(rest);
    let (rest, children) = trailing(rest);
    if at && children != Depth::None {
        return Err(SelectError::AtWithChildren(text.to_owned()));
    }
    let (method, value) = match rest.split_once(':') {
        Some((method, value)) if is_method(method) => (method, value),
        _ => (default_method(rest), rest),
    };
    let (method, arguments) = method_parts(text, method)?;
    Ok(Criterion { at, parents, method, arguments, value: value.into(), children })
}

/// Splits `config.materialized` into the method and what it is asked about.
pub fn method_parts(text: &str, method: &str) -> Result<(&'static str, Vec<String>), SelectError> {
    let mut parts = method.split('.');
    let method = parts.next().unwrap_or_default();
    let Some(known) = methods::find(method) else {
        let near = crate::diagnostic::suggest::nearest(method, methods::names());
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(SelectError::UnknownMethod { text: text.to_owned(), method: method.to_owned(), hint });
    };
    Ok((known.name, parts.map(str::to_owned).collect()))
}

/// Tells whether what stands before a colon names a method: anything else is part of the value.
fn is_method(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// Returns the method of a value that names none.
fn default_method(value: &str) -> &'static str {
    let lower = value.to_lowercase();
    if value.contains(['/', '\\']) {
        "path"
    } else if [".sql", ".py", ".csv"].iter().any(|extension| lower.ends_with(extension)) {
        "file"
    } else {
        "fqn"
    }
}

/// Splits `+name` and `2+name`.
fn leading(text: &str) -> (Depth, &str) {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match (text.get(..digits), text.get(digits..).and_then(|rest| rest.strip_prefix('+'))) {
        (Some(""), Some(rest)) => (Depth::All, rest),
        (Some(number), Some(rest)) => (number.parse().map_or(Depth::All, Depth::Steps), rest),
        _ => (Depth::None, text),
    }
}

/// Splits `name+` and `name+3`.
fn trailing(text: &str) -> (&str, Depth) {
    let without = text.trim_end_matches(|c: char| c.is_ascii_digit());
    match without.strip_suffix('+') {
        None => (text, Depth::None),
        Some(name) if without.len() == text.len() => (name, Depth::All),
        Some(name) => {
            (name, text.get(without.len()..).and_then(|n| n.parse().ok()).map_or(Depth::All, Depth::Steps))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(texts: &[&str]) -> Vec<String> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let groups = parse(&texts).unwrap();
        let criteria = groups.iter().flat_map(|group| &group.criteria);
        criteria
            .map(|c| {
                let value = c.value.as_str().unwrap();
                format!("{} {:?} {}{:?} {value} {:?}", c.at, c.parents, c.method, c.arguments, c.children)
            })
            .collect()
    }

    #[test]
    fn operators_and_methods_are_read() {
        assert_eq!(
            told(&["2+orders+3 tag:x,path:models/a @b", "config.materialized:view+"]),
            [
                "false Steps(2) fqn[] orders Steps(3)",
                "false None tag[] x None",
                "false None path[] models/a None",
                "true None fqn[] b None",
                "false None config[\"materialized\"] view All",
            ]
        );
        assert!(matches!(criterion("@a+"), Err(SelectError::AtWithChildren(_))));
        assert!(matches!(criterion("tagg:a"), Err(SelectError::UnknownMethod { .. })));
        assert!(matches!(criterion(".tag:a"), Err(SelectError::UnknownMethod { .. })));
    }

    #[test]
    fn odd_texts_are_read_as_dbt_does() {
        assert_eq!(
            told(&["+ ++ a,,b +3 3+ 1+@a a++ a+1+ :x my-tag:x tag:a:b @1+a"]),
            [
                "false All fqn[]  None",
                "false All fqn[]  All",
                "false None fqn[] a None",
                "false None fqn[]  None",
                "false None fqn[] b None",
                "false All fqn[] 3 None",
                "false Steps(3) fqn[]  None",
                "false Steps(1) fqn[] @a None",
                "false None fqn[] a+ All",
                "false None fqn[] a+1 All",
                "false None fqn[] :x None",
                "false None fqn[] my-tag:x None",
                "false None tag[] a:b None",
                "true Steps(1) fqn[] a None",
            ]
        );
    }
}
