//! dbt's own blocks (`macro`, `test`, `materialization`, `snapshot`, `docs`), found by a scanner that respects
//! strings, comments and raw blocks.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, codes};
use crate::jinja::syntax::tree::MacroDefinition;
use crate::jinja::syntax::{Origin, Parsed, lower};

/// The kinds of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// `macro`
    Macro,
    /// `test`, `data_test`
    Test,
    /// `materialization`
    Materialization,
    /// `snapshot`
    Snapshot,
    /// `docs`
    Docs,
}

/// One block of a file.
#[derive(Debug, Clone)]
pub struct Block {
    /// The kind.
    pub kind: BlockKind,
    /// Its name as dbt registers it: `test_unique`, `materialization_table_default`.
    pub name: String,
    /// The bytes of the whole block.
    pub whole: Range<usize>,
    /// The bytes of the header behind the keyword.
    pub header: Range<usize>,
    /// The bytes of the body, with whitespace control applied.
    pub body: Range<usize>,
}

/// One tag `{% word ... %}`.
struct Tag<'t> {
    whole: Range<usize>,
    inner: Range<usize>,
    word: &'t str,
    trims_before: bool,
    trims_after: bool,
}

/// Finds every tag of a template, outside comments, expressions and raw blocks.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('{')).map(|offset| at + offset) {
        let rest = text.get(start..).unwrap_or_default();
        at = if rest.starts_with("{%") {
            let Some(tag) = tag(text, start) else { break };
            let end = tag.whole.end;
            if tag.word == "raw" {
                end_of_raw(text, end)
            } else {
                found.push(tag);
                end
            }
        } else if rest.starts_with("{#") {
            rest.find("#}").map_or(text.len(), |offset| start + offset + 2)
        } else if rest.starts_with("{{") {
            close(text, start + 2, "}}").map_or(text.len(), |end| end + 2)
        } else {
            start + 1
        };
    }
    found
}

/// Returns the byte after the tag that ends a raw block.
fn end_of_raw(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let end =
        rest.find("endraw").and_then(|at| rest.get(at..)?.find("%}").map(|offset| from + at + offset + 2));
    end.unwrap_or(text.len())
}

fn tag(text: &str, start: usize) -> Option<Tag<'_>> {
    let end = close(text, start + 2, "%}")?;
    let mut inner = start + 2..end;
    let trims_before = text.get(inner.clone())?.starts_with('-');
    if text.get(inner.clone())?.starts_with(['-', '+']) {
        inner.start += 1;
    }
    let trims_after = text.get(inner.clone())?.ends_with('-');
    if trims_after || text.get(inner.clone())?.ends_with('+') {
        inner.end -= 1;
    }
    let content = text.get(inner.clone())?;
    inner.start += content.len() - content.trim_start().len();
    let word = content.trim_start();
    let word = word.get(..word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len()))?;
    Some(Tag { whole: start..end + 2, inner, word, trims_before, trims_after })
}

/// Returns where a delimiter closes, past quoted strings.
fn close(text: &str, from: usize, delimiter: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                at += 1;
                while let Some(byte) = bytes.get(at).filter(|byte| *byte != quote) {
                    at += if *byte == b'\\' { 2 } else { 1 };
                }
            }
            Some(_) if bytes.get(at..).is_some_and(|rest| rest.starts_with(delimiter.as_bytes())) => {
                return Some(at);
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Returns the last tag that opens a block and is not closed, for messages.
pub(super) fn last_open_tag(text: &str) -> Option<(String, Range<usize>)> {
    let mut open: Vec<(&str, Range<usize>)> = Vec::new();
    for tag in tags(text) {
        let content = text.get(tag.inner.clone()).unwrap_or_default();
        if let Some(name) = tag.word.strip_prefix("end") {
            if open.last().is_some_and(|(opened, _)| *opened == name) {
                open.pop();
            }
        } else if matches!(tag.word, "if" | "for" | "macro" | "call" | "filter" | "with")
            || (tag.word == "set" && !content.contains('='))
        {
            open.push((tag.word, tag.whole));
        }
    }
    open.pop().map(|(name, range)| (name.to_owned(), range))
}

/// Finds the first expression, tag, comment, raw block or text that is never closed: what it is, what closes it, and
/// where it opens.
pub(super) fn open_delimiter(text: &str) -> Option<(&'static str, &'static str, Range<usize>)> {
    let mut at = 0;
    while let Some(start) = text.get(at..)?.find('{').map(|offset| at + offset) {
        let rest = text.get(start..)?;
        let (what, closing) = match rest.get(..2) {
            Some("{{") => ("expression", "}}"),
            Some("{%") => ("tag", "%}"),
            Some("{#") => ("comment", "#}"),
            _ => {
                at = start + 1;
                continue;
            }
        };
        let end = match what {
            "comment" => rest.find("#}").map(|offset| start + offset),
            _ => close(text, start + 2, closing),
        };
        let Some(end) = end else {
            if what != "comment"
                && let Some(quote) = open_quote(text, start + 2)
            {
                let mark = if text.get(quote..)?.starts_with('"') { "\"" } else { "'" };
                return Some(("text", mark, quote..quote + 1));
            }
            return Some((what, closing, start..start + 2));
        };
        at = end + 2;
        if what == "tag" && tag(text, start).is_some_and(|tag| tag.word == "raw") {
            let raw_end = end_of_raw(text, at);
            if !text.get(at..raw_end)?.contains("endraw") {
                return Some(("`raw` block", "{% endraw %}", start..at));
            }
            at = raw_end;
        }
    }
    None
}

/// Returns the quote that is open at the end of a text, read from a byte on.
fn open_quote(text: &str, from: usize) -> Option<usize> {
    let mut open: Option<(usize, u8)> = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match open {
            Some(_) if escaped => escaped = false,
            Some(_) if byte == b'\\' => escaped = true,
            Some((_, quote)) if byte == quote => open = None,
            None if matches!(byte, b'"' | b'\'') => open = Some((at, byte)),
            _ => {}
        }
    }
    open.map(|(at, _)| at)
}

/// Returns how many bytes the longest tag or expression has; a chain of `elif` counts as one.
pub(super) fn longest_tag(text: &str) -> usize {
    let mut longest = text.matches("elif").count() * 16;
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('{')).map(|offset| at + offset) {
        let closing = match text.get(start..start + 2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            _ => {
                at = start + 1;
                continue;
            }
        };
        let end = close(text, start + 2, closing).unwrap_or(text.len());
        longest = longest.max(end - start);
        at = end.max(start + 2);
    }
    longest
}

fn block_kind(word: &str) -> Option<BlockKind> {
    Some(match word {
        "macro" => BlockKind::Macro,
        "test" | "data_test" => BlockKind::Test,
        "materialization" => BlockKind::Materialization,
        "snapshot" => BlockKind::Snapshot,
        "docs" => BlockKind::Docs,
        _ => return None,
    })
}

/// Finds the blocks of a file. Text between blocks is ignored, as dbt does.
pub fn scan(text: &str, origin: &Origin, findings: &mut Vec<Diagnostic>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(BlockKind, Tag<'_>)> = None;
    // Branches and loops that stand between blocks, where there should be none.
    let mut around: Vec<Tag<'_>> = Vec::new();
    for tag in tags(text) {
        if open.is_none() && matches!(tag.word, "if" | "for") {
            around.push(tag);
            continue;
        }
        if open.is_none() && matches!(tag.word, "endif" | "endfor") {
            around.pop();
            continue;
        }
        let ends = open.as_ref().is_some_and(|(_, opened)| tag.word.strip_prefix("end") == Some(opened.word));
        if ends {
            if let Some((kind, opened)) = open.take() {
                blocks.push(block(text, kind, &opened, &tag));
            }
        } else if let Some(kind) = block_kind(tag.word) {
            match &open {
                None => {
                    if let Some(branch) = around.last().filter(|_| kind != BlockKind::Docs) {
                        let message = format!("a `{}` block cannot stand inside `{}`", tag.word, branch.word);
                        let place = origin.place(tag.whole.clone());
                        let finding = Diagnostic::at(codes::JINJA_SYNTAX, place, message);
                        let finding = finding.also(origin.place(branch.whole.clone()), "opened here");
                        findings.push(finding.hint("put the branch inside of the block"));
                    }
                    open = Some((kind, tag));
                }
                // A macro inside a snapshot or docs block is text of that block.
                Some((BlockKind::Snapshot | BlockKind::Docs, _)) => {}
                Some((_, opened)) => {
                    let message =
                        format!("a `{}` block cannot stand inside a `{}` block", tag.word, opened.word);
                    let finding =
                        Diagnostic::at(codes::JINJA_SYNTAX, origin.place(tag.whole.clone()), message)
                            .also(origin.place(opened.whole.clone()), "opened here")
                            .hint(format!("close the first one with `{{% end{} %}}`", opened.word));
                    findings.push(finding);
                    open = Some((kind, tag));
                }
            }
        }
    }
    if let Some((_, opened)) = open {
        let message = format!("this `{}` block is never closed", opened.word);
        let finding = Diagnostic::at(codes::JINJA_SYNTAX, origin.place(opened.whole), message);
        findings.push(finding.hint(format!("close it with `{{% end{} %}}`", opened.word)));
    }
    blocks
}

fn block(text: &str, kind: BlockKind, opened: &Tag<'_>, closed: &Tag<'_>) -> Block {
    let header = opened.inner.start + opened.word.len()..opened.inner.end;
    let mut body = opened.whole.end..closed.whole.start.max(opened.whole.end);
    let content = text.get(body.clone()).unwrap_or_default();
    if opened.trims_after {
        body.start += content.len() - content.trim_start().len();
    }
    if closed.trims_before {
        body.end = body.start.max(body.start + text.get(body.clone()).unwrap_or_default().trim_end().len());
    }
    let name = name_of(kind, text.get(header.clone()).unwrap_or_default());
    Block { kind, name, whole: opened.whole.start..closed.whole.end, header, body }
}

/// Returns the name dbt registers a block under.
fn name_of(kind: BlockKind, header: &str) -> String {
    let header = header.trim();
    let word = header
        .get(..header.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(header.len()))
        .unwrap_or_default();
    match kind {
        BlockKind::Test => format!("test_{word}"),
        BlockKind::Materialization => {
            let adapter = header.split_once("adapter").and_then(|(_, rest)| rest.split(['\'', '"']).nth(1));
            format!("materialization_{word}_{}", adapter.unwrap_or("default"))
        }
        _ => word.to_owned(),
    }
}

/// Lowers a macro, test or materialization block.
pub fn definition(text: &str, block: &Block, origin: &Origin) -> Parsed<Arc<MacroDefinition>> {
    let header = text.get(block.header.clone()).unwrap_or_default();
    let name_start = block.header.start + header.len() - header.trim_start().len();
    let parameters = match (block.kind, header.find('(')) {
        (BlockKind::Materialization, _) | (_, None) => Vec::new(),
        (_, Some(paren)) => parameters(header, paren, &origin.from(block.header.start))?,
    };
    let body_text = text.get(block.body.clone()).unwrap_or_default();
    let body = lower::parse(body_text, &origin.from(block.body.start), true)?.body;
    let name_end =
        name_start + header.trim_start().find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(0);
    Ok(Arc::new(MacroDefinition {
        name: block.name.as_str().into(),
        parameters,
        body,
        place: origin.place(name_start..name_end.max(name_start)),
        uses: lower::uses(body_text),
    }))
}

/// Parses the parameters by way of a macro that has nothing else; every byte keeps its place.
fn parameters(
    header: &str,
    paren: usize,
    origin: &Origin,
) -> Parsed<Vec<crate::jinja::syntax::tree::Parameter>> {
    use crate::jinja::syntax::tree::Statement;
    const HEAD: &str = "{% macro m";
    let list = untyped(header.get(paren..).unwrap_or_default());
    let source = format!("{HEAD}{list} %}}{{% endmacro %}}");
    // The list stands `HEAD` bytes later in the made-up text than in the header.
    let start = origin.byte(paren);
    let made_up =
        Origin { file: origin.file(), runs: vec![(0, start as u32), (HEAD.len() as u32, start as u32)] };
    let template = lower::parse(&source, &made_up, true)?;
    Ok(template
        .body
        .into_iter()
        .find_map(|statement| match statement {
            Statement::Macro(definition) => Some(definition.parameters.clone()),
            _ => None,
        })
        .unwrap_or_default())
}

/// Blanks out the types of `name: type = default`, which dbt allows and ignores.
fn untyped(list: &str) -> String {
    let mut out = String::with_capacity(list.len());
    let (mut depth, mut quote, mut typed) = (0_i32, None, false);
    for c in list.chars() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ':') if depth == 1 => typed = true,
            _ => {}
        }
        if typed && (c == '=' || (c == ',' && depth == 1) || (c == ')' && depth == 0)) {
            typed = false;
        }
        if typed { out.extend(std::iter::repeat_n(' ', c.len_utf8())) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceMap;

    fn scanned(text: &str) -> (Vec<String>, Vec<String>) {
        let sources = SourceMap::default();
        let origin = Origin::at(sources.add("m.sql", text), 0);
        let mut findings = Vec::new();
        let blocks = scan(text, &origin, &mut findings);
        let told =
            blocks.iter().map(|block| format!("{}|{}", block.name, &text[block.body.clone()])).collect();
        (told, findings.into_iter().map(|finding| finding.message).collect())
    }

    #[test]
    fn blocks_are_found_past_strings_comments_and_raw() {
        let text = "{# {% macro no() %} #}{% macro a(x='%}') -%}\n b {% raw %}{% endmacro %}{% endraw %}\n{%- endmacro %}\
                    {% test t(model) %}q{% endtest %}{% materialization v, adapter='duckdb' %}m{% endmaterialization %}";
        let (blocks, findings) = scanned(text);
        assert_eq!(
            blocks,
            ["a|b {% raw %}{% endmacro %}{% endraw %}", "test_t|q", "materialization_v_duckdb|m"]
        );
        assert!(findings.is_empty());
    }

    #[test]
    fn an_open_block_is_reported() {
        let (blocks, findings) = scanned("{% macro a() %} x {% macro b() %} y {% endmacro %}");
        assert_eq!(blocks, ["b| y "]);
        assert_eq!(findings, ["a `macro` block cannot stand inside a `macro` block"]);
        assert_eq!(scanned("{% macro a() %}").1, ["this `macro` block is never closed"]);
    }
}
