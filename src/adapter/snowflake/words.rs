//! The words, texts and comments of Snowflake's SQL, as far as finding the end of a statement asks for them.
//! Knows no statement.

use std::ops::Range;

/// One piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// White space.
    Blank,
    /// A comment: `--` and `//` to the end of the line, `/* .. */`.
    Comment,
    /// A quoted text or name.
    Quoted,
    /// A name, keyword or number.
    Word,
    /// The end of a statement.
    Semicolon,
    /// Any other character.
    Other,
}

/// Takes a text apart without leaving anything out. What is opened and never closed reaches the end.
pub(super) fn pieces(sql: &str) -> impl Iterator<Item = (Piece, Range<usize>)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = sql.get(at..).filter(|rest| !rest.is_empty())?;
        let (piece, length) = first(rest);
        let range = at..at + length;
        at = range.end;
        Some((piece, range))
    })
}

/// Returns the first piece of a text that is not empty, and its length.
fn first(rest: &str) -> (Piece, usize) {
    let line = || rest.find('\n').unwrap_or(rest.len());
    let c = rest.chars().next().unwrap_or_default();
    match c {
        _ if rest.starts_with("--") || rest.starts_with("//") => (Piece::Comment, line()),
        _ if rest.starts_with("/*") => (Piece::Comment, until(rest, "*/")),
        _ if rest.starts_with("$$") => (Piece::Quoted, until(rest, "$$")),
        '\'' => (Piece::Quoted, quoted(rest, '\'', true)),
        '"' => (Piece::Quoted, quoted(rest, '"', false)),
        ';' => (Piece::Semicolon, 1),
        c if c.is_whitespace() => (Piece::Blank, run(rest, char::is_whitespace)),
        c if is_word(c) => (Piece::Word, run(rest, is_word)),
        c => (Piece::Other, c.len_utf8()),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// Returns the length up to the mark that closes what two characters opened.
fn until(rest: &str, mark: &str) -> usize {
    let inside = rest.get(2..).unwrap_or_default();
    inside.find(mark).map_or(rest.len(), |at| 2 + at + mark.len())
}

/// Returns the length of a quoted text; a doubled quote is one of its characters, and comes out as two texts side by
/// side, which is as good.
fn quoted(rest: &str, quote: char, escapes: bool) -> usize {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if c == '\\' && escapes {
            characters.next();
        } else if c == quote {
            return at + 1;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_out() {
        let sql = "select 'é''x' /* é */ -- a\n from \"t;\" // b\n where $$x$$ = 1;";
        let whole: String = pieces(sql).map(|(_, range)| &sql[range]).collect();
        assert_eq!(whole, sql);
        assert_eq!(pieces(sql).filter(|(piece, _)| *piece == Piece::Semicolon).count(), 1);
    }
}
