//! The grammar of selections: `@`, `2+`, `method.argument:value`, `+3`; blanks join, commas intersect.

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// `@`: the node, what depends on it, and all that those need.
    pub at: bool,
    /// What stands before the name: `+` or `2+`.
    pub parents: Depth,
    /// The method's name: `fqn`, `tag`, `path`, ...
    pub method: String,
    /// What stands behind the method's name: `config.<materialized>`.
    pub arguments: Vec<String>,
    /// What is looked for.
    pub value: String,
    /// What stands after the name: `+` or `+3`.
    pub children: Depth,
}

/// Criteria that must all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The group as written.
    pub text: String,
    /// Its criteria.
    pub criteria: Vec<Criterion>,
}

/// Why a selection cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrammarError {
    /// `@` and a trailing `+` together.
    #[error(
        "invalid selection `{0}`: `@` reaches all descendants already, so a `+` behind the name has no meaning"
    )]
    AtWithChildren(String),
    /// Nothing to look for.
    #[error("invalid selection `{0}`: a criterion has no value")]
    NoValue(String),
    /// A method that does not exist.
    #[error("invalid selection `{text}`: `{method}` is not a valid method name{hint}")]
    UnknownMethod {
        /// The criterion as written.
        text: String,
        /// The method asked for.
        method: String,
        /// A nearby name, ready to print; may be empty.
        hint: String,
    },
}

/// Reads selections: each text may hold several groups, parted by blanks.
pub fn parse(texts: &[String]) -> Result<Vec<Group>, GrammarError> {
    let groups = texts.iter().flat_map(|text| text.split_whitespace());
    groups
        .map(|text| {
            let criteria = text.split(',').map(criterion).collect::<Result<Vec<_>, _>>()?;
            Ok(Group { text: text.to_owned(), criteria })
        })
        .collect()
}

/// Reads one criterion.
pub fn criterion(text: &str) -> Result<Criterion, GrammarError> {
    let (at, rest) = match text.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (parents, rest) = leading(rest);
    let (rest, children) = trailing(rest);
    if at && children != Depth::None {
        return Err(GrammarError::AtWithChildren(text.to_owned()));
    }
    let (method, value) = match rest.split_once(':') {
        Some((method, value)) if !method.is_empty() => (method, value),
        _ => (methods::default_method(rest), rest),
    };
    if value.is_empty() {
        return Err(GrammarError::NoValue(text.to_owned()));
    }
    let (method, arguments) = method_parts(text, method)?;
    Ok(Criterion { at, parents, method, arguments, value: value.to_owned(), children })
}

/// Splits `config.materialized` into the method and what it is asked about.
pub fn method_parts(text: &str, method: &str) -> Result<(String, Vec<String>), GrammarError> {
    let mut parts = method.split('.').map(str::to_owned);
    let method = parts.next().unwrap_or_default();
    if !methods::NAMES.contains(&method.as_str()) {
        let near = crate::diagnostic::suggest::nearest(&method, methods::NAMES.iter().copied());
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(GrammarError::UnknownMethod { text: text.to_owned(), method, hint });
    }
    Ok((method, parts.collect()))
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

    #[test]
    fn operators_and_methods_are_read() {
        let groups =
            parse(&["2+orders+3 tag:x,path:models/a @b".into(), "config.materialized:view+".into()]).unwrap();
        let told: Vec<String> = groups
            .iter()
            .flat_map(|group| &group.criteria)
            .map(|c| {
                format!("{} {:?} {}{:?} {} {:?}", c.at, c.parents, c.method, c.arguments, c.value, c.children)
            })
            .collect();
        assert_eq!(
            told,
            [
                "false Steps(2) fqn[] orders Steps(3)",
                "false None tag[] x None",
                "false None path[] models/a None",
                "true None fqn[] b None",
                "false None config[\"materialized\"] view All",
            ]
        );
        assert!(matches!(parse(&["@a+".into()]), Err(GrammarError::AtWithChildren(_))));
        assert!(matches!(parse(&["tagg:a".into()]), Err(GrammarError::UnknownMethod { .. })));
    }
}
