//! The way from a byte of a scalar's text back to the byte of the file it was written as.

use crate::base::text::Span;

/// Runs of bytes that stand in the file as they stand in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offsets {
    /// Pairs of (byte in the text, byte in the file), both rising; a run reaches to the next pair.
    runs: Vec<(u32, u32)>,
    /// The scalar's whole span in the file, which bounds every answer.
    span: Span,
}

impl Offsets {
    /// Makes a map for a text that stands nowhere in the file: every byte maps to the start of the span.
    pub fn whole(span: Span) -> Self {
        Self { runs: Vec::new(), span }
    }

    /// Aligns a scalar's text with its notation in the file: quotes, escapes, folding and indentation are skipped.
    pub fn align(file: &str, span: Span, text: &str, escapes: bool) -> Self {
        let raw = file.get(span.range()).unwrap_or_default();
        let mut at = header_length(raw);
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for (offset, wanted) in text.char_indices() {
            let Some(found) = find(raw, at, wanted, escapes) else { break };
            let pair = (offset as u32, span.start + found.start as u32);
            let continues = runs.last().is_some_and(|last| pair.0 - last.0 == pair.1.wrapping_sub(last.1));
            if !continues {
                runs.push(pair);
            }
            at = found.end;
        }
        Self { runs, span }
    }

    /// Returns the byte in the file for a byte of the text.
    pub fn to_file(&self, byte: usize) -> usize {
        let index = self.runs.partition_point(|(start, _)| *start as usize <= byte);
        match index.checked_sub(1).and_then(|index| self.runs.get(index)) {
            Some((text, file)) => (*file as usize + byte - *text as usize).min(self.span.end as usize),
            None => self.span.start as usize,
        }
    }

    /// Returns the runs as pairs of (byte in the text, byte in the file).
    pub fn runs(&self) -> &[(u32, u32)] {
        &self.runs
    }
}

/// Returns the length of a block scalar's header line (`|`, `>-`, ...) and 0 for any other notation.
fn header_length(raw: &str) -> usize {
    if raw.starts_with(['|', '>']) { raw.find('\n').map_or(raw.len(), |at| at + 1) } else { 0 }
}

/// Finds the notation of one character at or after a byte of the raw scalar.
fn find(raw: &str, from: usize, wanted: char, escapes: bool) -> Option<std::ops::Range<usize>> {
    let mut at = from;
    while let Some(found) = raw.get(at..).and_then(|rest| rest.chars().next()) {
        let end = at + found.len_utf8();
        if escapes && found == '\\' {
            let length = escape_length(raw.get(end..).unwrap_or_default());
            if length > 0 {
                return Some(at..end + length);
            }
            at = end + 1;
            continue;
        }
        if found == wanted || (wanted == ' ' && found == '\n') {
            return Some(at..end);
        }
        at = end;
    }
    None
}

/// Returns the bytes after a backslash that make one character; 0 for an escaped line break, which makes none.
fn escape_length(rest: &str) -> usize {
    match rest.chars().next() {
        None | Some('\n' | '\r') => 0,
        Some('x') => 3.min(rest.len()),
        Some('u') => 5.min(rest.len()),
        Some('U') => 9.min(rest.len()),
        Some(other) => other.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(file: &str, text: &str, escapes: bool, needle: &str) -> String {
        let offsets = Offsets::align(file, Span::new(0, file.len()), text, escapes);
        let at = offsets.to_file(text.find(needle).unwrap());
        file[at..at + needle.len()].to_owned()
    }

    #[test]
    fn every_notation_leads_back_to_the_file() {
        assert_eq!(back("|\n    a\n      {{ x }}\n", "a\n  {{ x }}\n", false, "{{ x }}"), "{{ x }}");
        assert_eq!(back("'it''s {{ x }}'", "it's {{ x }}", false, "{{ x }}"), "{{ x }}");
        assert_eq!(back("\"a\\n\\u00e9 {{ x }}\"", "a\n\u{e9} {{ x }}", true, "{{ x }}"), "{{ x }}");
        assert_eq!(back(">\n  one\n  two {{ x }}\n", "one two {{ x }}\n", false, "{{ x }}"), "{{ x }}");
    }
}
