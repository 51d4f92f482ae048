//! What the parser's errors mean to the one who wrote the template.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, codes};
use crate::jinja::syntax::{Origin, blocks};

/// The words of tags, to suggest one.
const TAGS: &[&str] = &[
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "set",
    "endset",
    "macro",
    "endmacro",
    "call",
    "endcall",
    "do",
    "filter",
    "endfilter",
    "raw",
    "endraw",
    "with",
    "endwith",
    "break",
    "continue",
];

/// The parser's words for what people write.
const WORDS: &[(&str, &str)] = &[
    ("start of variable block", "`{{`"),
    ("end of variable block", "`}}`"),
    ("start of block", "`{%`"),
    ("end of block", "`%}`"),
    ("end of input", "end of the template"),
    ("identifier", "name"),
    ("assignment operator", "`=`"),
];

/// Makes a finding of an error, at the place it has or at that of its cause.
pub(super) fn finding(error: &minijinja::Error, source: &str, origin: &Origin) -> Box<Diagnostic> {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let range = error.range().unwrap_or(source.len()..source.len());
    let range = range.start.min(source.len())..range.end.min(source.len());
    let at = |range: Range<usize>, message: String| {
        Diagnostic::at(codes::JINJA_SYNTAX, origin.place(range), message)
    };
    if let Some((what, closing, opened)) = blocks::open_delimiter(source) {
        let finding = at(opened, format!("this {what} is never closed"));
        return Box::new(finding.hint(format!("close it with `{closing}`")));
    }
    if detail.contains("unexpected end of input")
        && let Some((name, opened)) = blocks::last_open_tag(source)
    {
        let finding = at(opened, format!("this `{name}` is never closed"));
        return Box::new(finding.hint(format!("close it with `{{% end{name} %}}`")));
    }
    if let Some(name) = detail.strip_prefix("unknown statement ") {
        return Box::new(unknown_tag(at(range, unknown_message(name)), name));
    }
    if detail.starts_with("unknown end of block") {
        return Box::new(at(range, "this tag is empty".to_owned()));
    }
    let mut message = detail.clone();
    if message.ends_with("expected in") {
        message = message.replace("expected in", "expected `in`");
    }
    for (theirs, ours) in WORDS {
        message = message.replace(theirs, ours);
    }
    let finding = at(range, format!("this is not Jinja: {message}"));
    Box::new(if detail.contains("maximum recursion") {
        finding.hint("set a part of it to a name of its own first")
    } else if detail.contains("expected call expression") {
        finding.hint("write `{% call name() %}`, with parentheses")
    } else if detail.starts_with("unexpected `=`") {
        finding.hint("`==` compares")
    } else {
        finding
    })
}

fn unknown_message(name: &str) -> String {
    if name.starts_with("end") || matches!(name, "else" | "elif") {
        format!("`{name}` closes nothing that is open here")
    } else {
        format!("there is no tag `{name}`")
    }
}

fn unknown_tag(finding: Diagnostic, name: &str) -> Diagnostic {
    if TAGS.contains(&name) { finding } else { finding.hint_nearest(name, TAGS.iter().copied()) }
}
