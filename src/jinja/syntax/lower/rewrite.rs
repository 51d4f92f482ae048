//! What the parser does not know, written as something it does: byte for byte, so that every place stays what it is.
//!
//! `+x` becomes `-x`, and `{% do x %}` becomes `{{ x }}`; the text as it is written tells them apart later.

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;

/// Rewrites a template that the parser refused; `None` when the reason is another.
pub(super) fn rewritten(source: &str, error: &minijinja::Error, syntax: SyntaxConfig) -> Option<String> {
    let detail = error.detail()?;
    if !detail.contains("unexpected `+`") && !detail.contains("expected call expression") {
        return None;
    }
    let mut bytes = source.as_bytes().to_vec();
    let mut changed = false;
    // What stands before a sign tells whether it has a left side.
    let mut has_left = false;
    let mut tag_start = None;
    let mut open_do = false;
    for token in tokenize(source, false, syntax) {
        let (token, span) = token.ok()?;
        let (start, end) = (span.start_offset as usize, span.end_offset as usize);
        match token {
            Token::Plus if !has_left => {
                *bytes.get_mut(start)? = b'-';
                changed = true;
            }
            Token::Ident("do") if tag_start.is_some() => {
                *bytes.get_mut(tag_start? + 1)? = b'{';
                bytes.get_mut(start..end)?.fill(b' ');
                (changed, open_do) = (true, true);
            }
            Token::BlockEnd if open_do => {
                *bytes.get_mut(end - 2)? = b'}';
                open_do = false;
            }
            _ => {}
        }
        has_left = match token {
            Token::Ident(word) => {
                !matches!(word, "and" | "or" | "not" | "in" | "if" | "elif" | "else" | "is" | "do")
            }
            Token::Str(_) | Token::String(_) | Token::Int(_) | Token::Int128(_) | Token::Float(_) => true,
            Token::ParenClose | Token::BracketClose | Token::BraceClose => true,
            _ => false,
        };
        tag_start = matches!(token, Token::BlockStart).then_some(start);
    }
    changed.then(|| String::from_utf8(bytes).ok()).flatten()
}
