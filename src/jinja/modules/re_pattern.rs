//! One compiled pattern of Python's `re`, and what a match of it is. Places are counted in characters.

use std::any::Any;
use std::rc::Rc;

use fancy_regex::{Captures, Regex, RegexBuilder};

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::modules::re;
use crate::jinja::value::{Arguments, Object, Value};

/// The flags and their numbers.
pub(super) const FLAGS: &[(&str, &str, i128)] = &[
    ("NOFLAG", "NOFLAG", 0),
    ("IGNORECASE", "I", 2),
    ("LOCALE", "L", 4),
    ("MULTILINE", "M", 8),
    ("DOTALL", "S", 16),
    ("UNICODE", "U", 32),
    ("VERBOSE", "X", 64),
    ("ASCII", "A", 256),
];

/// A compiled pattern.
pub(super) struct Pattern {
    pub(super) source: Rc<str>,
    pub(super) flags: i128,
    search: Regex,
    /// Like `search`, but only where it begins: for `match` and `fullmatch`.
    start: Regex,
    whole: Regex,
}

fn failed(error: &fancy_regex::Error) -> RenderError {
    RenderError::new(format!("this regular expression failed: {error}"))
}

impl Pattern {
    /// Compiles a pattern.
    pub(super) fn new(source: &str, flags: i128) -> Result<Self> {
        let body = translated(source, flags);
        let build = |pattern: &str| {
            RegexBuilder::new(pattern)
                .case_insensitive(flags & 2 != 0)
                .multi_line(flags & 8 != 0)
                .dot_matches_new_line(flags & 16 != 0)
                .verbose_mode(flags & 64 != 0)
                .build()
                .map_err(|error| RenderError::new(format!("'{source}' is no regular expression: {error}")))
        };
        // The line ends a comment of a verbose pattern.
        let inline = source.strip_prefix("(?").and_then(|rest| rest.split_once(')'));
        let verbose = flags & 64 != 0 || inline.is_some_and(|(letters, _)| letters.contains('x'));
        let end = if verbose { "\n" } else { "" };
        Ok(Self {
            source: source.into(),
            flags,
            search: build(&body)?,
            start: build(&format!("\\G(?:{body}{end})"))?,
            whole: build(&format!("\\G(?:{body}{end})\\z"))?,
        })
    }

    /// Finds the first match from a byte on; `how` is `search`, `match` or `fullmatch`.
    pub(super) fn find(self: &Rc<Self>, text: &Rc<str>, how: &str, from: usize) -> Result<Option<Match>> {
        let regex = match how {
            "match" => &self.start,
            "fullmatch" => &self.whole,
            _ => &self.search,
        };
        let captures = regex.captures_from_pos(&**text, from).map_err(|error| failed(&error))?;
        Ok(captures.map(|captures| Match::new(self, text, &captures)))
    }

    /// Finds all matches; an empty one may stand right behind another.
    pub(super) fn find_all(self: &Rc<Self>, text: &Rc<str>) -> Result<Vec<Match>> {
        let mut found = Vec::new();
        let mut from = 0;
        while from <= text.len() {
            let Some(next) = self.find(text, "search", from)? else { break };
            let (start, end) = next.span();
            from = if start == end {
                end + text.get(end..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
            } else {
                end
            };
            found.push(next);
        }
        Ok(found)
    }

    fn names(&self) -> Vec<(String, usize)> {
        let names = self.search.capture_names().enumerate();
        names.filter_map(|(index, name)| Some((name?.to_owned(), index))).collect()
    }

    /// Returns the number of groups.
    pub(super) fn groups(&self) -> usize {
        self.search.captures_len().saturating_sub(1)
    }
}

/// Writes what Python and the engine say differently: `\Z`, and `$` that allows for a newline at the end.
fn translated(source: &str, flags: i128) -> String {
    let mut out = String::with_capacity(source.len());
    let mut in_class = false;
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('Z') if !in_class => out.push_str("\\z"),
                Some(escaped) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            },
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push('[');
                let rest = chars.as_str();
                let negated = rest.starts_with('^');
                if negated {
                    out.push('^');
                    chars.next();
                }
                // A bracket that comes first is one of the characters.
                if chars.as_str().starts_with(']') {
                    out.push_str("\\]");
                    chars.next();
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            // What the engine takes for operators between classes.
            '&' | '~' | '-' if in_class && chars.as_str().starts_with(c) => out.extend(['\\', c]),
            '$' if !in_class && flags & 8 == 0 => out.push_str("(?=\\n?\\z)"),
            other => out.push(other),
        }
    }
    out
}

impl Object for Rc<Pattern> {
    fn type_name(&self) -> &'static str {
        "Pattern"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(match name {
            "pattern" => Value::from(&*self.source),
            "flags" => Value::Int(self.flags | 32),
            "groups" => Value::from(self.groups()),
            "groupindex" => {
                Value::dict(self.names().into_iter().map(|(name, index)| (name, Value::from(index))))
            }
            _ => return None,
        })
    }

    fn call_method(
        &self,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        re::METHODS
            .contains(&name)
            .then(|| re::apply(evaluator, self, name, &mut std::mem::take(arguments).reader(name)))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        format!("re.compile({})", Value::from(&*self.source).repr())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A match: the bytes of each group.
pub(super) struct Match {
    pattern: Rc<Pattern>,
    text: Rc<str>,
    groups: Vec<Option<(usize, usize)>>,
}

impl Match {
    fn new(pattern: &Rc<Pattern>, text: &Rc<str>, captures: &Captures<'_, str>) -> Self {
        let groups = captures.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect();
        Self { pattern: pattern.clone(), text: text.clone(), groups }
    }

    /// Returns the bytes of the whole match.
    pub(super) fn span(&self) -> (usize, usize) {
        self.groups.first().copied().flatten().unwrap_or((0, 0))
    }

    /// Returns the text of a group by number; none when it took no part.
    pub(super) fn group(&self, index: usize) -> Value {
        let text =
            self.groups.get(index).copied().flatten().and_then(|(start, end)| self.text.get(start..end));
        text.map_or(Value::None, Value::from)
    }

    /// Returns the number of a group by number or name.
    pub(super) fn index(&self, key: &Value) -> Result<usize> {
        let found = match key {
            Value::Str(name) => self
                .pattern
                .names()
                .into_iter()
                .find(|(known, _)| known == name.as_str())
                .map(|(_, index)| index),
            other => other.to_int().and_then(|number| usize::try_from(number).ok()),
        };
        found
            .filter(|index| *index < self.groups.len())
            .ok_or_else(|| RenderError::new("IndexError: no such group").into())
    }

    /// Returns all groups but the whole, with something for those that took no part.
    pub(super) fn all(&self, default: &Value) -> Vec<Value> {
        let groups = (1..self.groups.len()).map(|index| self.group(index));
        groups.map(|group| if group.is_none() { default.clone() } else { group }).collect()
    }

    /// Writes a replacement: `\1`, `\g<name>` and the usual escapes.
    pub(super) fn expand(&self, replacement: &str) -> Result<String> {
        let mut out = String::new();
        let mut rest = replacement;
        while let Some(at) = rest.find('\\') {
            out.push_str(rest.get(..at).unwrap_or_default());
            rest = rest.get(at + 1..).unwrap_or_default();
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if digits > 0 {
                let (number, after) = rest.split_at(digits.min(2));
                let key = Value::Int(number.parse().unwrap_or(0));
                out.push_str(&self.text_of(&key)?);
                rest = after;
            } else if let Some((name, after)) =
                rest.strip_prefix("g<").and_then(|inner| inner.split_once('>'))
            {
                let key = name.parse().map_or_else(|_| Value::from(name), Value::Int);
                out.push_str(&self.text_of(&key)?);
                rest = after;
            } else {
                let escaped = rest.chars().next();
                match escaped {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('r') => out.push('\r'),
                    Some('\\') | None => out.push('\\'),
                    Some(letter) if letter.is_ascii_alphabetic() => {
                        return Err(RenderError::new(format!("bad escape \\{letter}")).into());
                    }
                    Some(other) => out.extend(['\\', other]),
                }
                rest = rest.get(escaped.map_or(0, char::len_utf8)..).unwrap_or_default();
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    fn text_of(&self, key: &Value) -> Result<String> {
        let group = self.group(self.index(key)?);
        Ok(if group.is_none() { String::new() } else { group.to_text() })
    }

    /// Returns where a group stands, in characters; -1 when it took no part.
    fn place(&self, key: &Value) -> Result<(i128, i128)> {
        let group = self.groups.get(self.index(key)?).copied().flatten();
        let characters = |byte: usize| self.text.get(..byte).map_or(0, |text| text.chars().count()) as i128;
        Ok(group.map_or((-1, -1), |(start, end)| (characters(start), characters(end))))
    }

    fn method(&self, name: &str, arguments: Arguments) -> Result<Value> {
        if name == "group" {
            let mut groups = Vec::new();
            for key in &arguments.positional {
                groups.push(self.group(self.index(key)?));
            }
            return Ok(match <[Value; 1]>::try_from(groups) {
                Ok([only]) => only,
                Err(groups) if groups.is_empty() => self.group(0),
                Err(groups) => Value::tuple(groups),
            });
        }
        let mut reader = arguments.reader(name);
        let given = match name {
            "groups" | "groupdict" => reader.or("default", Value::None)?,
            "expand" => reader.required("template")?,
            _ => reader.or("group", Value::Int(0))?,
        };
        reader.finish()?;
        Ok(match name {
            "groups" => Value::tuple(self.all(&given)),
            "groupdict" => Value::dict(self.pattern.names().into_iter().map(|(name, index)| {
                let group = self.group(index);
                (name, if group.is_none() { given.clone() } else { group })
            })),
            "expand" => Value::from(self.expand(&given.to_text())?),
            "start" => Value::Int(self.place(&given)?.0),
            "end" => Value::Int(self.place(&given)?.1),
            _ => {
                let (start, end) = self.place(&given)?;
                Value::tuple(vec![Value::Int(start), Value::Int(end)])
            }
        })
    }
}

impl Object for Match {
    fn type_name(&self) -> &'static str {
        "Match"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        let last = || {
            (1..self.groups.len()).rev().find(|index| self.groups.get(*index).is_some_and(Option::is_some))
        };
        Some(match name {
            "string" => Value::from(&*self.text),
            "re" => Value::object(self.pattern.clone()),
            "lastindex" => Value::from(last()),
            _ => return None,
        })
    }

    fn item(&self, key: &Value) -> Option<Value> {
        self.index(key).ok().map(|index| self.group(index))
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        const METHODS: &[&str] = &["group", "groups", "groupdict", "start", "end", "span", "expand"];
        METHODS.contains(&name).then(|| self.method(name, std::mem::take(arguments)))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        let (start, end) = self.place(&Value::Int(0)).unwrap_or((0, 0));
        format!("<re.Match object; span=({start}, {end}), match={}>", self.group(0).repr())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
