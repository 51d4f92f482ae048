//! Versions of packages and what is asked of them, compared as dbt compares them. Knows nothing of where they come from.

use std::cmp::Ordering;
use std::fmt;

/// A semantic version. What follows `+` is read and does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    numbers: [u64; 3],
    /// What follows `-`; such a version comes before the one without.
    prerelease: Option<String>,
}

/// How a version is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Exactly,
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// What is asked of a version: `>=1.0.0`, `<2.0.0`, `1.3.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparator {
    operator: Operator,
    version: Version,
    written: String,
}

impl Version {
    /// Reads `1.2.3`, `1.2.3-rc.1`, `1.2.3b1`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.split_once('+').map_or(text, |(before, _)| before);
        let (major, rest) = text.split_once('.')?;
        let (minor, rest) = rest.split_once('.')?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (patch, tail) = rest.split_at(digits);
        let number = |text: &str| {
            let plain = text == "0" || !text.starts_with('0');
            (plain && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
        };
        let tail = tail.strip_prefix('-').unwrap_or(tail);
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if !tail.chars().all(allowed) || rest.ends_with('-') || tail.starts_with('.') {
            return None;
        }
        Some(Self {
            numbers: [number(major)?, number(minor)?, number(patch)?],
            prerelease: (!tail.is_empty()).then(|| tail.to_owned()),
        })
    }

    /// Tells whether the version comes before a release.
    pub fn is_prerelease(&self) -> bool {
        self.prerelease.is_some()
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (&self.prerelease, &other.prerelease) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => compare_prereleases(a, b),
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares part by part: numbers by value and before words, words by letter, then the shorter first.
fn compare_prereleases(a: &str, b: &str) -> Ordering {
    for (a, b) in a.split('.').zip(b.split('.')) {
        let order = match (a.parse::<u64>(), b.parse::<u64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => a.cmp(b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.split('.').count().cmp(&b.split('.').count())
}

impl Comparator {
    /// Reads one comparator; without a sign the version is meant exactly.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let signs = [
            (">=", Operator::AtLeast),
            ("<=", Operator::AtMost),
            (">", Operator::Above),
            ("<", Operator::Below),
            ("=", Operator::Exactly),
        ];
        let (operator, rest) = signs
            .iter()
            .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
            .unwrap_or((Operator::Exactly, text));
        Some(Self { operator, version: Version::parse(rest)?, written: text.to_owned() })
    }

    /// Reads comparators separated by commas; the error is the one that is none.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, &str> {
        text.split(',').map(|part| Self::parse(part).ok_or(part)).collect()
    }

    /// Tells whether a version is what is asked for. Below a release its own prereleases are not meant.
    pub fn accepts(&self, version: &Version) -> bool {
        let order = version.cmp(&self.version);
        match self.operator {
            Operator::Exactly => order == Ordering::Equal,
            Operator::Above => order == Ordering::Greater,
            Operator::AtLeast => order != Ordering::Less,
            Operator::AtMost => order != Ordering::Greater,
            Operator::Below => {
                let own = version.numbers == self.version.numbers && !self.version.is_prerelease();
                order == Ordering::Less && !own
            }
        }
    }

    /// Tells whether a version before a release is named.
    pub fn names_prerelease(&self) -> bool {
        self.version.is_prerelease()
    }
}

impl fmt::Display for Comparator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_order() {
        let texts =
            ["0.9.0", "1.0.0-2", "1.0.0-10", "1.0.0-a", "1.0.0-a.1", "1.0.0b1", "1.0.0", "1.2.0", "1.10.0"];
        let versions: Vec<Version> = texts.iter().filter_map(|text| Version::parse(text)).collect();
        assert_eq!(versions.len(), texts.len());
        assert!(versions.is_sorted_by(|a, b| a < b));
        assert_eq!(Version::parse("1.0.0+build"), Version::parse("1.0.0"));
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["", "1", "1.0", "1.0.0.0", "01.0.0", "v1.0.0", "1.0.x", "1.0.0-", "1.0.0 2", "latest"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
        assert_eq!(Comparator::parse_all(">=1.0.0, ~2.0.0"), Err(" ~2.0.0"));
    }

    #[test]
    fn comparators_accept_what_they_say() {
        let accepted = |comparator: &str| {
            let comparator = Comparator::parse(comparator).unwrap();
            ["0.9.0", "1.0.0-rc1", "1.0.0", "1.0.1"]
                .into_iter()
                .filter(|text| comparator.accepts(&Version::parse(text).unwrap()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(accepted("1.0.0"), "1.0.0");
        assert_eq!(accepted("=1.0.0-rc1"), "1.0.0-rc1");
        assert_eq!(accepted(">1.0.0"), "1.0.1");
        assert_eq!(accepted(">= 1.0.0"), "1.0.0 1.0.1");
        assert_eq!(accepted("<1.0.0"), "0.9.0");
        assert_eq!(accepted("<=1.0.0"), "0.9.0 1.0.0-rc1 1.0.0");
        assert_eq!(accepted("<1.0.1"), "0.9.0 1.0.0-rc1 1.0.0");
    }
}
