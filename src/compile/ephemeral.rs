//! Putting ephemeral models into the SQL of their users, as common table expressions, byte for byte as dbt does.

use crate::jinja::provenance::Output;

/// Returns the name of an ephemeral model's common table expression.
pub fn cte_name(alias: &str) -> String {
    format!("__dbt__cte__{alias}")
}

/// A common table expression: what stands in a statement for an ephemeral model, or for rows given by hand.
#[derive(Debug, Clone)]
pub struct Expression {
    /// The id of the node that it stands for.
    pub id: String,
    /// Its name in the statement.
    pub name: String,
    /// Its query.
    pub query: Output,
    /// The ids of those that its own query reads, in its order.
    pub reads: Vec<String>,
}

/// Returns the expressions that one of them needs in front of it when it stands alone, dependencies first, each once.
pub fn behind(one: &Expression, all: &[Expression]) -> Vec<Expression> {
    let mut found: Vec<Expression> = Vec::new();
    for id in &one.reads {
        let Some(read) = all.iter().find(|other| other.id == *id) else { continue };
        for expression in behind(read, all).into_iter().chain([read.clone()]) {
            if !found.iter().any(|known| known.id == expression.id) {
                found.push(expression);
            }
        }
    }
    found
}

/// Puts common table expressions in front of a statement; every byte keeps the place it came from.
pub fn inject(sql: &Output, expressions: &[Expression]) -> Output {
    if expressions.is_empty() {
        return sql.clone();
    }
    let start = skip_comments(&sql.text, 0);
    let with = word_at(&sql.text, start, "with").map(|end| {
        let next = skip_comments(&sql.text, end);
        word_at(&sql.text, next, "recursive").unwrap_or(end)
    });
    // Without a `with` of its own it gets one, before its comments.
    let first = sql.text.len() - sql.text.trim_start().len();
    let mut out = sql.slice(0..with.unwrap_or(first));
    out.push_plain(if with.is_some() { "  " } else { "with " });
    for (index, expression) in expressions.iter().enumerate() {
        out.push_plain(if index > 0 { ",  " } else { "" });
        out.push_plain(&format!("{} as (\n", expression.name));
        out.push_pieces(&expression.query.text, &expression.query.pieces);
        out.push_plain("\n)");
    }
    out.push_plain(if with.is_some() { "," } else { " " });
    let rest = sql.slice(with.unwrap_or(first)..sql.text.len());
    out.push_pieces(&rest.text, &rest.pieces);
    out
}

/// Returns the end of a word that stands at a byte, whatever its case.
fn word_at(sql: &str, at: usize, word: &str) -> Option<usize> {
    let end = at + word.len();
    let found = sql.get(at..end)?.eq_ignore_ascii_case(word);
    let ends = sql.get(end..)?.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_');
    (found && ends).then_some(end)
}

/// Skips blanks and comments.
fn skip_comments(sql: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = sql.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        let skipped = if trimmed.starts_with("--") {
            trimmed.find('\n').map(|end| end + 1)
        } else if trimmed.starts_with("/*") {
            trimmed.find("*/").map(|end| end + 2)
        } else {
            None
        };
        match skipped {
            Some(bytes) => at += bytes,
            None => return at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn injected(sql: &str, bodies: &[&str]) -> String {
        let plain = |text: &str| Output { text: text.to_owned(), pieces: Vec::new() };
        let one = |(at, body): (usize, &&str)| {
            let id = format!("e{at}");
            Expression { name: cte_name(&id), id, query: plain(body), reads: Vec::new() }
        };
        let expressions: Vec<_> = bodies.iter().enumerate().map(one).collect();
        inject(&plain(sql), &expressions).text
    }

    #[test]
    fn expressions_go_in_front_or_into_an_existing_with() {
        assert_eq!(
            injected("\n-- with\nselect 1", &["x"]),
            "\nwith __dbt__cte__e0 as (\nx\n) -- with\nselect 1"
        );
        assert_eq!(
            injected("with a as (select 1) select 2", &["x", "y"]),
            "with  __dbt__cte__e0 as (\nx\n),  __dbt__cte__e1 as (\ny\n), a as (select 1) select 2"
        );
        assert_eq!(
            injected("WITH recursive a as (b) c", &["x"]),
            "WITH recursive  __dbt__cte__e0 as (\nx\n), a as (b) c"
        );
        assert_eq!(injected("select withal", &[]), "select withal");
    }
}
