//! Rows in batches that one statement can hold. Knows neither where rows come from nor the statement around them.

use std::iter::Peekable;

/// The most bytes of values in one statement. Snowflake takes statements of up to 1 MB (its documentation of the size
/// of query texts).
const MOST_BYTES: usize = 900_000;

/// Some rows, ready to stand behind `values`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    /// The rows, each in brackets.
    pub(super) values: String,
    /// Their number.
    pub(super) rows: usize,
}

/// Batches of rows that are written as SQL already.
pub(super) struct Batches<I: Iterator> {
    rows: Peekable<I>,
    most_rows: usize,
}

impl<E, I: Iterator<Item = Result<String, E>>> Batches<I> {
    /// Makes batches of no more rows than `most_rows`, at least one each.
    pub(super) fn new(rows: I, most_rows: usize) -> Self {
        Self { rows: rows.peekable(), most_rows }
    }

    /// Tells whether there is nothing more.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.rows.peek().is_none()
    }
}

impl<E, I: Iterator<Item = Result<String, E>>> Iterator for Batches<I> {
    type Item = Result<Batch, E>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut batch = match self.rows.next()? {
            Ok(values) => Batch { values, rows: 1 },
            Err(error) => return Some(Err(error)),
        };
        while batch.rows < self.most_rows {
            let fits = |row: &String| batch.values.len() + row.len() + 2 <= MOST_BYTES;
            match self.rows.next_if(|row| row.as_ref().is_ok_and(fits)) {
                Some(Ok(row)) => {
                    batch.values.push_str(", ");
                    batch.values.push_str(&row);
                    batch.rows += 1;
                }
                _ => break,
            }
        }
        Some(Ok(batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(rows: Vec<Result<String, ()>>, most: usize) -> Vec<Result<usize, ()>> {
        Batches::new(rows.into_iter(), most).map(|batch| batch.map(|batch| batch.rows)).collect()
    }

    #[test]
    fn a_batch_ends_with_its_rows_or_its_bytes() {
        let small = || Ok("(1)".to_owned());
        assert_eq!(sizes((0..5).map(|_| small()).collect(), 2), [Ok(2), Ok(2), Ok(1)]);
        let large = || Ok("x".repeat(MOST_BYTES / 2));
        assert_eq!(sizes(vec![large(), large(), small()], 10), [Ok(1), Ok(2)]);
        let larger = || Ok("x".repeat(MOST_BYTES * 2));
        assert_eq!(sizes(vec![larger(), small()], 10), [Ok(1), Ok(1)]);
        assert_eq!(sizes(Vec::new(), 10), []);
    }

    #[test]
    fn an_error_stands_between_batches() {
        let rows = vec![Ok("(1)".to_owned()), Ok("(2)".to_owned()), Err(()), Ok("(3)".to_owned())];
        assert_eq!(sizes(rows, 10), [Ok(2), Err(()), Ok(1)]);
    }
}
