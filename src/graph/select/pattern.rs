//! Wildcards as Python's `fnmatch` has them: `*`, `?`, `[ab]`, `[a-z]`, `[!ab]`; nothing else is special, case counts.
//! Knows nothing of what is compared.

/// A text that may hold wildcards, taken apart once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pattern {
    /// No wildcard: only the same text matches.
    Plain(String),
    /// Wildcards among characters.
    Wild(Vec<Piece>),
}

/// What one place of a pattern stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// `*`: any characters, or none.
    Any,
    /// `?`: one character.
    One,
    /// This character.
    Exactly(char),
    /// `[...]`: a character within one of the ranges, or with `!` within none.
    Class {
        /// Whether it is the others that match.
        negated: bool,
        /// First and last of each range.
        ranges: Vec<(char, char)>,
    },
}

impl Piece {
    fn takes(&self, character: char) -> bool {
        match self {
            Piece::Any | Piece::One => true,
            Piece::Exactly(own) => *own == character,
            Piece::Class { negated, ranges } => {
                let within = ranges.iter().any(|(first, last)| (*first..=*last).contains(&character));
                within != *negated
            }
        }
    }
}

impl Pattern {
    /// Takes a text apart.
    pub(super) fn new(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let mut rest = characters.as_slice();
        let mut pieces = Vec::new();
        while let [first, after @ ..] = rest {
            let (piece, left) = match first {
                '*' => (Piece::Any, after),
                '?' => (Piece::One, after),
                // Without its end, a bracket stands for itself.
                '[' => class(after).unwrap_or((Piece::Exactly('['), after)),
                other => (Piece::Exactly(*other), after),
            };
            pieces.push(piece);
            rest = left;
        }
        if pieces.iter().all(|piece| matches!(piece, Piece::Exactly(_))) {
            return Pattern::Plain(text.to_owned());
        }
        Pattern::Wild(pieces)
    }

    /// Tells whether a whole text is what the pattern stands for.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Plain(own) => own == text,
            Pattern::Wild(pieces) => matches_all(pieces, text),
        }
    }
}

/// Compares from left to right; where it fails, the last `*` takes one character more.
fn matches_all(pieces: &[Piece], text: &str) -> bool {
    let (mut pieces, mut text) = (pieces, text.chars());
    let mut last_any: Option<(&[Piece], std::str::Chars<'_>)> = None;
    loop {
        if let [Piece::Any, rest @ ..] = pieces {
            last_any = Some((rest, text.clone()));
            pieces = rest;
            continue;
        }
        match (pieces, text.next()) {
            ([], None) => return true,
            ([piece, rest @ ..], Some(character)) if piece.takes(character) => {
                pieces = rest;
                continue;
            }
            _ => {}
        }
        let Some((rest, from)) = &mut last_any else { return false };
        if from.next().is_none() {
            return false;
        }
        (pieces, text) = (*rest, from.clone());
    }
}

/// Reads what follows `[`: the class, and what is left behind its `]`.
fn class(text: &[char]) -> Option<(Piece, &[char])> {
    let negated = text.first() == Some(&'!');
    let inside = text.get(usize::from(negated)..)?;
    // A bracket that comes first is a member.
    let end = inside.iter().skip(1).position(|character| *character == ']')? + 1;
    let (mut members, left) = (inside.get(..end)?, inside.get(end + 1..)?);
    let mut ranges = Vec::new();
    while let [first, rest @ ..] = members {
        (ranges, members) = match rest {
            ['-', last, rest @ ..] => (with(ranges, (*first, *last)), rest),
            rest => (with(ranges, (*first, *first)), rest),
        };
    }
    Some((Piece::Class { negated, ranges }, left))
}

fn with(mut ranges: Vec<(char, char)>, range: (char, char)) -> Vec<(char, char)> {
    ranges.push(range);
    ranges
}

/// Tells whether a text holds a character that makes a part of a name a wildcard, as dbt sees it.
pub(super) fn is_wild(text: &str) -> bool {
    text.contains(['*', '?', '[', ']'])
}

/// A path with wildcards: `*` stays within a folder, `**` is any folders.
#[derive(Debug, Clone)]
pub(super) struct PathPattern {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone)]
enum Segment {
    Folders,
    Name(Pattern),
}

impl PathPattern {
    /// Takes a path apart; both kinds of slashes part folders, and `./` means nothing.
    pub(super) fn new(text: &str) -> Self {
        let parts = text.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
        let segment = |part| if part == "**" { Segment::Folders } else { Segment::Name(Pattern::new(part)) };
        Self { segments: parts.map(segment).collect() }
    }

    /// Tells whether a path, from the same folder on, is what the pattern stands for. Only folders end with `**`.
    pub(super) fn matches(&self, path: &str, is_folder: bool) -> bool {
        if matches!(self.segments.last(), Some(Segment::Folders)) && !is_folder {
            return false;
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        follows(&self.segments, &parts)
    }
}

fn follows(segments: &[Segment], parts: &[&str]) -> bool {
    match (segments, parts) {
        ([], []) => true,
        ([Segment::Folders, rest @ ..], _) => {
            (0..=parts.len()).any(|taken| follows(rest, parts.get(taken..).unwrap_or_default()))
        }
        ([Segment::Name(name), segments @ ..], [part, parts @ ..]) => {
            name.matches(part) && follows(segments, parts)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python's `fnmatch.fnmatchcase` says.
    #[test]
    fn texts_match_as_in_python() {
        let yes = [
            ("*", ""),
            ("a*c*e", "abcde"),
            ("*.*", "a.b.c"),
            ("?b", "ab"),
            ("[ab]x", "bx"),
            ("[!ab]x", "cx"),
            ("[a-c]x", "bx"),
            ("[]]x", "]x"),
            ("[!]]x", "ax"),
            ("[a-]", "-"),
            ("[ab", "[ab"),
            ("{a,b}", "{a,b}"),
            ("a\\*", "a\\b"),
            ("*aab", "aaaaab"),
        ];
        let no = [("?", ""), ("[!ab]x", "ax"), ("[z-a]", "b"), ("A", "a"), ("a*b", "abc"), ("{a,b}", "a")];
        for (pattern, text) in yes {
            assert!(Pattern::new(pattern).matches(text), "{pattern} {text}");
        }
        for (pattern, text) in no {
            assert!(!Pattern::new(pattern).matches(text), "{pattern} {text}");
        }
    }

    #[test]
    fn paths_match_by_folders() {
        let hit = |pattern: &str, path: &str, is_folder| PathPattern::new(pattern).matches(path, is_folder);
        assert!(hit("models/*.sql", "models/a.sql", false));
        assert!(!hit("models/*.sql", "models/a/b.sql", false));
        assert!(hit("models/**/*.sql", "models/a/b.sql", false));
        assert!(hit("models/**/*.sql", "models/b.sql", false));
        assert!(hit("models/**", "models", true));
        assert!(!hit("models/**", "models/b.sql", false));
        assert!(hit("./models//a/", "models/a", true));
        assert!(hit(r"models\a", "models/a", true));
        assert!(hit("./", "", true));
    }
}
