//! "Did you mean": the known name nearest to one that was not found.

/// Returns the known name most like `name`, when it is like enough to be a slip of the fingers.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in known {
        let likeness = strsim::jaro_winkler(&wanted, &candidate.to_lowercase());
        let edits = strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase());
        let near = edits <= 1 + name.chars().count() / 4;
        if near && candidate != name && best.is_none_or(|(score, _)| likeness > score) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_mended_and_a_stranger_is_not() {
        assert_eq!(nearest("custmers", ["orders", "customers"]), Some("customers"));
        assert_eq!(nearest("Customers", ["customers"]), Some("customers"));
        assert_eq!(nearest("payments", ["orders", "customers"]), None);
    }
}
