//! A template without what changes nothing: comments, and blanks outside of quotes. Two texts that give the same here
//! give the same rows.

/// Returns a template's text without comments, and with one blank where there were many.
///
/// What stands in quotes, in `raw` blocks, in hints (`/*+ ... */`) and in comments of SQL that hold a template stays as
/// it is. A text whose quotes do not close, as when a template writes one of them, stays as it is altogether.
pub(super) fn plain(text: &str) -> String {
    let mut scan = Scan { rest: text, out: String::with_capacity(text.len()), blank: false };
    while !scan.rest.is_empty() {
        if scan.step().is_none() {
            return text.trim().to_owned();
        }
    }
    scan.out
}

/// Returns every name that a text calls, or names in quotes, as dispatching does.
pub(super) fn mentions(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while bytes.get(at).copied().is_some_and(is_word) {
            at += 1;
        }
        if at == start {
            at += 1;
            continue;
        }
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        let is_quoted = matches!(before, Some(b'\'' | b'"')) && bytes.get(at) == before;
        let after = text.get(at..).unwrap_or_default().trim_start();
        if is_quoted || after.starts_with('(') {
            found.extend(text.get(start..at));
        }
    }
    found
}

/// Tells whether a text holds a word by itself.
pub(super) fn holds_word(text: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Returns the names that a function is called with as its first argument: `var('day')` gives `day`.
pub(super) fn arguments_of<'t>(text: &'t str, function: &str) -> Vec<&'t str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(function) {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = text.get(at + function.len()..).unwrap_or_default().trim_start();
        let Some(rest) = rest.strip_prefix('(').map(str::trim_start) else { continue };
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else { continue };
        found.extend(rest.get(1..).and_then(|rest| rest.split_once(quote)).map(|(name, _)| name));
    }
    found
}

/// Tells whether a text could be what comes of a template: what stands between expressions is there, in order.
pub(super) fn may_give(template: &str, text: &str) -> bool {
    let Some((before, rest)) = template.split_once("{{") else {
        return template.contains("{%") || template == text;
    };
    let Some(text) = text.strip_prefix(before) else { return template.contains("{%") };
    let behind = end_of_template(template.get(before.len()..).unwrap_or_default(), "}}");
    let Some(rest) = behind.and_then(|end| rest.get(end - 2..)) else { return false };
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.filter_map(|at| text.get(at..)).any(|text| may_give(rest, text))
}

struct Scan<'t> {
    rest: &'t str,
    out: String,
    /// Whether blanks came before what comes next.
    blank: bool,
}

impl Scan<'_> {
    /// Takes what comes next; `None` when something does not close.
    fn step(&mut self) -> Option<()> {
        let rest = self.rest;
        if rest.starts_with("{#") {
            let end = rest.find("#}")? + 2;
            // `{#-` takes the blanks around it as well, and joins what they parted.
            if rest.starts_with("{#-") {
                self.blank = false;
            }
            let trims_after = rest.get(..end)?.ends_with("-#}");
            self.rest = rest.get(end..)?;
            if trims_after {
                self.rest = self.rest.trim_start();
                self.blank = false;
            }
        } else if rest.starts_with("{{") || rest.starts_with("{%") {
            self.template()?;
        } else if rest.starts_with("--") {
            self.comment(rest.find('\n').unwrap_or(rest.len()))?;
        } else if rest.starts_with("/*") && !rest.starts_with("/*+") {
            self.comment(rest.find("*/")? + 2)?;
        } else if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            self.quoted(quote)?;
        } else {
            let next = rest.chars().next()?;
            self.rest = rest.get(next.len_utf8()..)?;
            if next.is_whitespace() {
                self.blank = true;
            } else {
                self.put(&next.to_string());
            }
        }
        Some(())
    }

    fn put(&mut self, text: &str) {
        if self.blank && !self.out.is_empty() {
            self.out.push(' ');
        }
        self.blank = false;
        self.out.push_str(text);
    }

    fn take(&mut self, bytes: usize) -> Option<()> {
        let taken = self.rest.get(..bytes)?;
        self.put(taken);
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }

    /// Leaves a comment of SQL out, unless a template stands in it.
    fn comment(&mut self, bytes: usize) -> Option<()> {
        let comment = self.rest.get(..bytes)?;
        if comment.contains("{{") || comment.contains("{%") || comment.contains("{#") {
            // Blanks in it stay, and its line has its end.
            self.take(bytes)?;
            self.out.push('\n');
            return Some(());
        }
        self.rest = self.rest.get(bytes..)?;
        self.blank = true;
        Some(())
    }

    /// Takes an expression or a statement of the template; its blanks count no more than others.
    fn template(&mut self) -> Option<()> {
        let close = if self.rest.starts_with("{{") { "}}" } else { "%}" };
        let end = end_of_template(self.rest, close)?;
        let inner = self.rest.get(..end)?;
        if close == "%}" && inner.trim_start_matches(['{', '%', '-', '+', ' ']).starts_with("raw") {
            let raw = self.rest.find("endraw")?;
            let end = raw + self.rest.get(raw..)?.find("%}")? + 2;
            return self.take(end);
        }
        let inner = squeezed(inner);
        self.put(&inner);
        self.rest = self.rest.get(end..)?;
        Some(())
    }

    /// Takes a quoted text up to its end; templates in it are taken as a whole.
    fn quoted(&mut self, quote: char) -> Option<()> {
        let mut at = 1;
        loop {
            let rest = self.rest.get(at..)?;
            let next = rest.chars().next()?;
            if rest.starts_with("{{") {
                at += end_of_template(rest, "}}")?;
            } else if rest.starts_with("{%") {
                at += end_of_template(rest, "%}")?;
            } else if next == quote {
                return self.take(at + 1);
            } else {
                at += next.len_utf8();
            }
        }
    }
}

/// Returns the byte after the end of an expression or statement that begins a text.
fn end_of_template(text: &str, close: &str) -> Option<usize> {
    let mut at = 2;
    loop {
        let rest = text.get(at..)?;
        let next = rest.chars().next()?;
        if rest.starts_with(close) {
            return Some(at + 2);
        }
        at += match next {
            '\'' | '"' => string(rest, next)?,
            other => other.len_utf8(),
        };
    }
}

/// Returns the length of a string of the template language, quotes included.
fn string(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Leaves out the blanks of an expression or statement that only part its words; strings stay as they are.
fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut blank = false;
    while let Some(next) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if next.is_whitespace() {
            blank = true;
            at += next.len_utf8();
            continue;
        }
        let length = match next {
            '\'' | '"' => string(rest, next).unwrap_or(next.len_utf8()),
            other => other.len_utf8(),
        };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let parts_words = out.chars().next_back().is_some_and(is_word) && is_word(next);
        if blank && parts_words {
            out.push(' ');
        }
        blank = false;
        out.push_str(rest.get(..length).unwrap_or_default());
        at += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blanks_change_nothing() {
        let one = "select\n  a, -- the key\n  'it''s -- fine' as b /* and\n more */\nfrom {{ ref('x') }} {# note #}\n";
        let other = "\nselect a, 'it''s -- fine' as b\n\nfrom {{ref( 'x' )}}";
        assert_eq!(plain(one), plain(other));
        assert_eq!(plain("a {#- x -#} b"), "ab");
        assert_eq!(plain("a {# x #} b"), "a b");
    }

    #[test]
    fn what_counts_stays() {
        for (one, other) in [
            ("select 'a  b'", "select 'a b'"),
            ("select 'a -- b'", "select 'a'"),
            ("select \"a  b\"", "select \"a b\""),
            ("select /*+ hint */ 1", "select 1"),
            ("-- {{ ref('x') }}\nselect 1", "select 1"),
            ("-- {{ x }}\nselect 1", "-- {{ x }} select 1"),
            ("{% raw %}a  b{% endraw %}", "{% raw %}a b{% endraw %}"),
            ("{{ f('a  b') }}", "{{ f('a b') }}"),
            ("{{ a }} {{- b }}", "{{ a }} {{ b }}"),
            ("{{ 'x' }}'unclosed -- a", "{{ 'x' }}'unclosed"),
            ("select a b", "select ab"),
            ("{{ not a }}", "{{ nota }}"),
        ] {
            assert_ne!(plain(one), plain(other), "{one} | {other}");
        }
    }

    #[test]
    fn a_template_may_give_what_has_its_literal_parts() {
        for (template, text, may) in [
            ("{{ target.schema }}_raw", "prod_raw", true),
            ("{{ target.schema }}_raw", "prod_landing", false),
            ("a_{{ x }}_b_{{ '}}' }}", "a_1_b_2", true),
            ("a_{{ x }}", "b_1", false),
            ("{{ x }}", "anything", true),
            ("{{ x", "anything", false),
            ("plain", "plain", true),
            ("plain", "plainer", false),
            ("{% if x %}a{% endif %}", "b", true),
        ] {
            assert_eq!(may_give(template, text), may, "{template} | {text}");
        }
    }

    #[test]
    fn calls_are_found() {
        let text = "{{ dbt_utils.star(ref('x')) }} {% do adapter.dispatch(\"pick\", 'p') %} count (1) bare";
        assert_eq!(mentions(text), ["star", "ref", "x", "dispatch", "pick", "p", "count"]);
        assert_eq!(arguments_of("{{ var('day', 1) }} myvar('no') var( \"b\" ) var(c)", "var"), ["day", "b"]);
        assert!(holds_word("config.get('meta')", "meta") && !holds_word("metadata", "meta"));
    }
}
