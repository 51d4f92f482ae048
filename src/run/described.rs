//! What a node was told of relations' columns. Where each statement is a journey none is asked twice for what cannot have
//! changed in between. Knows no database but the words that statements begin with.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::base::table::{Receipt, Table};

/// How a statement begins that asks for the columns of a relation.
const ASKS: &str = "describe table ";

/// How statements begin that leave all columns as they are.
const KEEPS: &[&str] = &[
    "select", "with", "show", "describe", "begin", "commit", "insert", "merge", "delete", "update",
    "truncate", "use", "grant", "revoke", "comment",
];

/// How statements begin that make or drop one relation, and leave the columns of all others as they are.
const ONE: &[&str] = &[
    "create or replace temporary table ",
    "create or replace temporary view ",
    "drop table if exists ",
    "drop view if exists ",
];

/// The answers, by relation.
#[derive(Debug, Default)]
pub(super) struct Described(RefCell<HashMap<String, (Receipt, Table)>>);

impl Described {
    /// Returns what was answered to a statement, if it asks for columns that are known.
    pub(super) fn answer(&self, sql: &str) -> Option<(Receipt, Table)> {
        self.0.borrow().get(&asked(sql)?).cloned()
    }

    /// Takes notice of a statement that was answered; of an answer that is not whole nothing is kept.
    pub(super) fn note(&self, sql: &str, answer: Option<&(Receipt, Table)>) {
        let mut known = self.0.borrow_mut();
        if let Some(relation) = asked(sql) {
            known.extend(answer.map(|answer| (relation, answer.clone())));
        } else if let Some(one) = ONE.iter().find_map(|begins| sql.trim().strip_prefix(begins))
            && is_alone(sql)
        {
            let name = one.split([' ', '\n', ';']).next().unwrap_or_default();
            known.remove(&stored(name));
        } else if !keeps_columns(sql) {
            known.clear();
        }
    }

    /// Forgets everything, for what was done may be taken back.
    pub(super) fn forget(&self) {
        self.0.borrow_mut().clear();
    }
}

/// Returns the relation whose columns a statement asks for.
fn asked(sql: &str) -> Option<String> {
    let name = sql.trim().strip_prefix(ASKS)?;
    (!name.contains([' ', ';'])).then(|| stored(name))
}

/// Writes a name in one way, whether it is quoted or not.
fn stored(name: &str) -> String {
    let mut in_quotes = false;
    let mut write = |c: char| {
        in_quotes ^= c == '"';
        if c == '"' {
            None
        } else if in_quotes {
            Some(c)
        } else {
            Some(c.to_ascii_uppercase())
        }
    };
    name.chars().filter_map(&mut write).collect()
}

/// Tells whether a statement leaves all columns as they are.
fn keeps_columns(sql: &str) -> bool {
    let word = sql.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    is_alone(sql) && KEEPS.contains(&word.as_str())
}

/// Tells whether a text is one statement; of several, each may do anything.
fn is_alone(sql: &str) -> bool {
    !sql.trim().trim_end_matches(';').contains(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_until_they_may_have_changed() {
        let described = Described::default();
        let note = |sql: &str| described.note(sql, Some(&Default::default()));
        let knows = || described.answer("describe table DEV.marts.orders").is_some();
        assert!(!knows());
        for (changes, keeps) in [
            ("alter table other add column a int", "insert into dev.marts.orders select 1"),
            ("create or replace temporary table dev.marts.Orders\n as (select 1)", "begin"),
            ("drop view if exists a; alter table b add column c int", "grant select on table a to role b;"),
            ("begin; drop table dev.marts.orders", "select * from dev.marts.orders"),
            (
                "/* ? */ merge into a",
                "create or replace temporary view dev.marts.orders__dbt_tmp as (select 1)",
            ),
        ] {
            note("describe table \"DEV\".\"MARTS\".\"ORDERS\"");
            assert!(knows());
            note(keeps);
            assert!(knows(), "{keeps}");
            note(changes);
            assert!(!knows(), "{changes}");
        }
        described.note("describe table dev.marts.orders", None);
        assert!(!knows());
        note("describe table dev.marts.\"orders\"");
        assert!(!knows());
    }
}
