//! What the parser does not know, written as something it does: byte for byte, so that every place stays what it is.
//!
//! `+x` becomes `-x`, and `{% do x %}` becomes `{{ x }}`; the text as it is written tells them apart later. The colon
//! that may end a block's head becomes a blank, and blanks round a tuple without parentheses become these.

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;

/// What the parser says of the things that are rewritten.
const REASONS: &[&str] = &["unexpected `+`", "expected call expression", "unexpected `:`", "unexpected `,`"];

/// Rewrites a template that the parser refused; `None` when the reason is another.
pub(super) fn rewritten(source: &str, error: &minijinja::Error, syntax: SyntaxConfig) -> Option<String> {
    let detail = error.detail()?;
    if !REASONS.iter().any(|reason| detail.contains(reason)) {
        return None;
    }
    let mut rewrite = Rewrite { bytes: source.as_bytes().to_vec(), ..Rewrite::default() };
    for token in tokenize(source, false, syntax) {
        let (token, span) = token.ok()?;
        rewrite.token(&token, span.start_offset as usize, span.end_offset as usize)?;
    }
    rewrite.changed.then(|| String::from_utf8(rewrite.bytes).ok()).flatten()
}

#[derive(Default)]
struct Rewrite {
    bytes: Vec<u8>,
    changed: bool,
    /// Whether what stands before a sign is its left side.
    has_left: bool,
    /// Where the tag begins whose first word comes next.
    tag_start: Option<usize>,
    open_do: bool,
    /// Where a colon stands that may be the last of its tag.
    colon: Option<usize>,
    /// Brackets that are open.
    depth: usize,
    /// Where an expression begins that may be a tuple without parentheses: behind `{{` or `in`.
    tuple: Option<usize>,
    /// Whether it has a comma of its own.
    comma: bool,
}

impl Rewrite {
    /// Takes one token; `None` when the text is not what the tokens say.
    fn token(&mut self, token: &Token<'_>, start: usize, end: usize) -> Option<()> {
        match token {
            Token::Plus if !self.has_left => self.put(start, b'-')?,
            Token::Ident("do") if self.tag_start.is_some() => {
                self.put(self.tag_start? + 1, b'{')?;
                self.bytes.get_mut(start..end)?.fill(b' ');
                self.open_do = true;
            }
            Token::BlockEnd | Token::VariableEnd => {
                if let Some(colon) = self.colon {
                    self.put(colon, b' ')?;
                }
                self.close_tuple(start);
                if self.open_do {
                    self.put(end - 2, b'}')?;
                    self.open_do = false;
                }
                self.depth = 0;
            }
            Token::VariableStart | Token::Ident("in") if self.depth == 0 => {
                (self.tuple, self.comma) = (Some(end), false);
            }
            // What follows these in the head of a loop is no part of what it goes through.
            Token::Ident("if" | "recursive" | "else") if self.depth == 0 => self.close_tuple(start),
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => self.depth += 1,
            Token::ParenClose | Token::BracketClose | Token::BraceClose => {
                self.depth = self.depth.saturating_sub(1);
            }
            Token::Comma if self.depth == 0 => self.comma = self.tuple.is_some(),
            _ => {}
        }
        self.has_left = match token {
            Token::Ident(word) => {
                !matches!(*word, "and" | "or" | "not" | "in" | "if" | "elif" | "else" | "is" | "do")
            }
            Token::Str(_) | Token::String(_) | Token::Int(_) | Token::Int128(_) | Token::Float(_) => true,
            Token::ParenClose | Token::BracketClose | Token::BraceClose => true,
            _ => false,
        };
        self.tag_start = matches!(token, Token::BlockStart).then_some(start);
        self.colon = (matches!(token, Token::Colon) && self.depth == 0).then_some(start);
        Some(())
    }

    fn put(&mut self, at: usize, byte: u8) -> Option<()> {
        *self.bytes.get_mut(at)? = byte;
        self.changed = true;
        Some(())
    }

    /// Puts parentheses round a tuple that has none, where there are blanks for them.
    fn close_tuple(&mut self, end: usize) {
        let (Some(start), true) = (self.tuple.take(), self.comma) else { return };
        let blank = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_whitespace);
        if let Some(last) = end.checked_sub(1)
            && last > start
            && blank(start)
            && blank(last)
        {
            let _ = self.put(start, b'(');
            let _ = self.put(last, b')');
        }
    }
}
