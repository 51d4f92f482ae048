//! Texts of several statements, taken apart: Snowflake takes one statement a request. What a statement does is told from
//! its first words. Knows no connection.

use std::ops::Range;

use crate::adapter::snowflake::words::{Piece, pieces};

/// Finds the statements of a text: where each begins and ends, without the `;` and the blanks around it. A text of
/// comments is no statement.
///
/// Snowflake's rules: texts in `'..'` (with `\` and `''`), `".."` and `$$..$$` and comments hold no end of a statement,
/// and neither does a block of its scripting, `begin .. end`.
pub(in crate::adapter) fn split(sql: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut splitter = Splitter::default();
    let mut start = 0;
    for (piece, range) in pieces(sql) {
        if piece == Piece::Semicolon && !splitter.in_block() {
            found.extend(splitter.begun.then(|| trimmed(sql, start..range.start)));
            start = range.end;
            splitter = Splitter::default();
        } else {
            splitter.take(piece, sql.get(range).unwrap_or_default());
        }
    }
    found.extend(splitter.begun.then(|| trimmed(sql, start..sql.len())));
    found
}

fn trimmed(sql: &str, range: Range<usize>) -> Range<usize> {
    let text = sql.get(range.clone()).unwrap_or_default();
    let start = range.start + (text.len() - text.trim_start().len());
    start..start + text.trim().len()
}

/// How far a statement is: what ends it depends on the blocks that are open.
#[derive(Default)]
struct Splitter {
    /// Whether there is anything but comments.
    begun: bool,
    /// Whether it makes something that has a body of statements.
    makes_body: bool,
    /// The word before, lower-cased; empty after anything else.
    before: String,
    /// Whether a statement of a block may begin here.
    at_start: bool,
    /// `begin` stands at the start of the text, and what follows tells whether it is a block.
    undecided: bool,
    /// Whether `declare` was seen, whose block is still to begin.
    declared: bool,
    /// Blocks, `case` and the like that are open.
    depth: usize,
}

impl Splitter {
    fn in_block(&self) -> bool {
        self.depth > 0 || self.declared
    }

    fn take(&mut self, piece: Piece, text: &str) {
        if matches!(piece, Piece::Comment | Piece::Blank) {
            return;
        }
        let first = !self.begun;
        self.begun = true;
        if piece != Piece::Word {
            self.decide(piece == Piece::Semicolon);
            self.at_start = piece == Piece::Semicolon;
            self.before.clear();
            return;
        }
        let word = text.to_ascii_lowercase();
        if self.undecided {
            // `begin transaction`, `begin work` and `begin name x` begin no block.
            self.decide(matches!(word.as_str(), "transaction" | "work" | "name"));
            self.at_start = self.depth > 0;
        }
        self.word(&word, first);
        self.before = word;
    }

    fn decide(&mut self, transaction: bool) {
        if std::mem::take(&mut self.undecided) && !transaction {
            self.depth = 1;
        }
    }

    fn word(&mut self, word: &str, first: bool) {
        let body = self.makes_body && self.before == "as";
        let may_begin = first || body || self.at_start;
        match word {
            "procedure" | "function" | "task" if self.depth == 0 && self.before != "drop" => {
                self.makes_body = true;
            }
            "declare" if first || body => self.declared = true,
            "begin" if self.declared => (self.declared, self.depth) = (false, 1),
            "begin" if first => self.undecided = true,
            "begin" if may_begin => self.depth += 1,
            "case" if self.depth > 0 && self.before != "end" => self.depth += 1,
            "if" | "for" | "while" | "loop" | "repeat"
                if self.depth > 0 && self.at_start && self.before != "end" =>
            {
                self.depth += 1;
            }
            "end" if self.depth > 0 => self.depth -= 1,
            _ => {}
        }
        // What follows these words within a block is a statement of its own.
        self.at_start = matches!(word, "begin" | "then" | "else" | "do" | "loop" | "repeat");
    }
}

/// Returns the words of a statement that are neither quoted nor commented out, lower-cased.
pub(super) fn words(sql: &str) -> impl Iterator<Item = String> + '_ {
    let words = pieces(sql).filter(|(piece, _)| *piece == Piece::Word);
    words.map(|(_, range)| sql.get(range).unwrap_or_default().to_ascii_lowercase())
}

/// Tells whether a statement only reads, so that nothing is done twice when it is sent twice.
pub(super) fn only_reads(sql: &str) -> bool {
    matches!(
        words(sql).next().as_deref(),
        Some("select" | "with" | "values" | "show" | "describe" | "desc" | "explain" | "list" | "ls")
    )
}

/// What a statement does to the session that later statements run in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing that outlasts it.
    None,
    /// It opens a transaction.
    Begins,
    /// It ends one.
    Ends,
    /// It makes a table or view that only the session has.
    MakesTemporary,
    /// It drops something.
    Drops,
    /// It sets what later statements go by: what that is, so that the latest setting is known.
    Sets(String),
}

/// Tells what a statement does to its session.
pub(super) fn effect(sql: &str) -> Effect {
    let mut words = words(sql);
    let mut next = || words.next().unwrap_or_default();
    match next().as_str() {
        "begin" if matches!(next().as_str(), "" | "transaction" | "work" | "name") => Effect::Begins,
        "start" if next() == "transaction" => Effect::Begins,
        "commit" | "rollback" => Effect::Ends,
        "create" => {
            let kind = Some(next()).filter(|word| word != "or").unwrap_or_else(|| {
                next();
                next()
            });
            let kind = if matches!(kind.as_str(), "local" | "global") { next() } else { kind };
            let temporary = matches!(kind.as_str(), "temp" | "temporary" | "volatile");
            if temporary { Effect::MakesTemporary } else { Effect::None }
        }
        "drop" => Effect::Drops,
        "use" => match next().as_str() {
            kind @ ("role" | "warehouse" | "schema" | "secondary") => Effect::Sets(kind.to_owned()),
            // `use x` is `use database x`, which also settles the schema.
            _ => Effect::Sets("database".to_owned()),
        },
        "alter" if next() == "session" => {
            next();
            Effect::Sets(format!("session {}", next()))
        }
        _ => Effect::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(sql: &str) -> Vec<&str> {
        split(sql).into_iter().map(|range| &sql[range]).collect()
    }

    #[test]
    fn a_text_is_split_at_semicolons() {
        assert_eq!(parts("select 1; select 2 ;\n"), ["select 1", "select 2"]);
        assert_eq!(parts("select 1"), ["select 1"]);
        assert_eq!(parts(" ;; "), [""; 0]);
    }

    #[test]
    fn comments_are_no_statement_but_stay_with_one() {
        assert_eq!(parts("-- a; b\n/* c; */ // d;\n"), [""; 0]);
        assert_eq!(parts("/* tag; */ select 1; -- done;"), ["/* tag; */ select 1"]);
        assert_eq!(parts("select 1 // one; two\n, 2; select 3"), ["select 1 // one; two\n, 2", "select 3"]);
    }

    #[test]
    fn quoted_semicolons_end_nothing() {
        for sql in [
            "select 'a;''b;'",
            r"select 'a\';b'",
            "select \"a;\"\"b\"",
            "execute immediate $$ begin; end; $$",
        ] {
            assert_eq!(parts(&format!("{sql};select 2")), [sql, "select 2"]);
        }
    }

    #[test]
    fn an_open_quote_reaches_the_end() {
        assert_eq!(parts("select 'a; b"), ["select 'a; b"]);
        assert_eq!(parts("select $$a; b"), ["select $$a; b"]);
    }

    #[test]
    fn transactions_are_statements_of_their_own() {
        let sql = "begin; delete from t; commit;";
        assert_eq!(parts(sql), ["begin", "delete from t", "commit"]);
        assert_eq!(parts("begin transaction; select 1"), ["begin transaction", "select 1"]);
        assert_eq!(parts("begin name x; select 1"), ["begin name x", "select 1"]);
        assert_eq!(parts("begin"), ["begin"]);
    }

    #[test]
    fn blocks_are_one_statement() {
        for sql in [
            "begin select 1; select 2; end",
            "begin let x := 1; if (x > 0) then return case when x = 1 then 'a' end; end if; end",
            "begin for r in c do insert into t values (r.a); end for; while (a) do b := 1; end while; end",
            "declare x int; begin begin x := 1; end; exception when other then return 0; end",
            "create procedure p() returns int as begin drop table if exists t; return 1; end",
            "create or replace procedure p() returns int language sql as declare x int; begin return 1; end",
            "begin loop break; end loop; repeat a := 1; until (a = 1) end repeat; end",
        ] {
            assert_eq!(parts(&format!("{sql}; select 2")), [sql, "select 2"]);
        }
    }

    #[test]
    fn what_only_reads_may_be_sent_again() {
        for sql in ["select 1", "-- x\n (select 1)", "with a as (select 1) select * from a", "SHOW TABLES"] {
            assert!(only_reads(sql), "{sql}");
        }
        for sql in ["insert into t select 1", "create table t as select 1", "call p()", "begin", ""] {
            assert!(!only_reads(sql), "{sql}");
        }
    }

    #[test]
    fn effects_are_told() {
        assert_eq!(effect("begin"), Effect::Begins);
        assert_eq!(effect("/* x */ BEGIN TRANSACTION"), Effect::Begins);
        assert_eq!(effect("begin select 1; end"), Effect::None);
        assert_eq!(effect("commit"), Effect::Ends);
        assert_eq!(effect("use warehouse big"), Effect::Sets("warehouse".to_owned()));
        assert_eq!(effect("use analytics"), Effect::Sets("database".to_owned()));
        assert_eq!(effect("alter session set query_tag = 'x'"), Effect::Sets("session query_tag".to_owned()));
        assert_eq!(effect("alter session unset QUERY_TAG"), Effect::Sets("session query_tag".to_owned()));
        assert_eq!(effect("select 1"), Effect::None);
        assert_eq!(effect("create or replace temporary table t as select 1"), Effect::MakesTemporary);
        assert_eq!(effect("create temp view v as select 1"), Effect::MakesTemporary);
        assert_eq!(effect("create or replace transient table t as select 1"), Effect::None);
        assert_eq!(effect("drop view if exists v"), Effect::Drops);
    }
}
