//! How two tables differ, drawn as a table: `→` before a row that changed, `+++` before one too many, `---` before one
//! that is missing. Knows neither database nor templates.

use std::cmp::Ordering;

/// A row: the texts of its cells, `None` for null.
pub type Row = Vec<Option<String>>;

/// How many equal rows are shown beside one that differs.
const BESIDE: usize = 1;

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    Same(Row),
    Changed(Row, Row),
    Missing(Row),
    TooMany(Row),
}

/// Compares tables without regard to the order of rows; `None` when they are the same.
pub fn diff(columns: &[String], mut expected: Vec<Row>, mut actual: Vec<Row>) -> Option<String> {
    expected.sort_by(compare_rows);
    actual.sort_by(compare_rows);
    if expected == actual {
        return None;
    }
    let changes = changes(&expected, &actual);
    Some(draw(columns, &changes))
}

fn compare_rows(a: &Row, b: &Row) -> Ordering {
    let cell = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(x), Ok(y)) => x.total_cmp(&y),
            _ => a.cmp(b),
        },
        // Null comes last.
        (a, b) => a.is_none().cmp(&b.is_none()),
    };
    a.iter().zip(b).map(|(a, b)| cell(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Pairs equal rows first, then those that have most in common, and puts all in one order.
fn changes(expected: &[Row], actual: &[Row]) -> Vec<Change> {
    let mut partner: Vec<Option<usize>> = vec![None; actual.len()];
    let mut free: Vec<usize> = (0..expected.len()).collect();
    for wanted in (1..=expected.first().or(actual.first()).map_or(0, Vec::len)).rev() {
        for (at, row) in actual.iter().enumerate() {
            if partner.get(at).is_some_and(Option::is_some) {
                continue;
            }
            let fits =
                |index: &usize| expected.get(*index).is_some_and(|other| in_common(other, row) == wanted);
            if let Some(place) = free.iter().position(fits)
                && let Some(slot) = partner.get_mut(at)
            {
                *slot = Some(free.remove(place));
            }
        }
    }
    let mut changes = Vec::new();
    for (row, partner) in actual.iter().zip(&partner) {
        let Some(index) = *partner else {
            changes.push(Change::TooMany(row.clone()));
            continue;
        };
        // What is missing stands before the row that comes after it.
        while let Some(first) = free.first().copied().filter(|first| *first < index) {
            changes.extend(expected.get(first).cloned().map(Change::Missing));
            free.remove(0);
        }
        let Some(other) = expected.get(index) else { continue };
        changes.push(if other == row {
            Change::Same(row.clone())
        } else {
            Change::Changed(other.clone(), row.clone())
        });
    }
    changes.extend(free.iter().filter_map(|index| expected.get(*index).cloned()).map(Change::Missing));
    changes
}

fn in_common(a: &Row, b: &Row) -> usize {
    a.iter().zip(b).filter(|(a, b)| a == b).count()
}

/// Draws changes with a few equal rows beside each; the others are left out.
fn draw(columns: &[String], changes: &[Change]) -> String {
    let is_near = |at: usize| {
        let near = changes.get(at.saturating_sub(BESIDE)..(at + BESIDE + 1).min(changes.len()));
        near.is_some_and(|near| near.iter().any(|change| !matches!(change, Change::Same(_))))
    };
    let mut lines: Vec<Vec<String>> =
        vec![std::iter::once("@@".to_owned()).chain(columns.iter().cloned()).collect()];
    let mut is_gap = false;
    for (at, change) in changes.iter().enumerate() {
        if is_near(at) {
            lines.push(cells(change));
            is_gap = false;
        } else if !is_gap {
            lines.push(vec!["...".to_owned(); columns.len() + 1]);
            is_gap = true;
        }
    }
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..=columns.len()).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for line in &lines {
        let last = line.len().saturating_sub(1);
        for (at, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let missing = if at == last { 0 } else { width.saturating_sub(cell.chars().count()) };
            text.push_str(if at > 0 { "," } else { "" });
            text.push_str(cell);
            text.push_str(&" ".repeat(missing));
        }
        text.push('\n');
    }
    text
}

fn cells(change: &Change) -> Vec<String> {
    let text = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "NULL".to_owned());
    let (mark, row): (&str, Vec<String>) = match change {
        Change::Same(row) => ("", row.iter().map(text).collect()),
        Change::Missing(row) => ("---", row.iter().map(text).collect()),
        Change::TooMany(row) => ("+++", row.iter().map(text).collect()),
        Change::Changed(from, to) => {
            let pair = |(from, to): (&Option<String>, &Option<String>)| {
                if from == to { text(to) } else { format!("{}→{}", text(from), text(to)) }
            };
            ("→", from.iter().zip(to).map(pair).collect())
        }
    };
    std::iter::once(mark.to_owned()).chain(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads rows written as `1 a|2 b`; `-` is null.
    fn rows(text: &str) -> Vec<Row> {
        let cell = |cell: &str| (cell != "-").then(|| cell.to_owned());
        text.split('|').filter(|row| !row.is_empty()).map(|row| row.split(' ').map(cell).collect()).collect()
    }

    fn drawn(columns: &str, expected: &str, actual: &str) -> String {
        let columns: Vec<String> = columns.split(' ').map(str::to_owned).collect();
        diff(&columns, rows(expected), rows(actual)).unwrap_or_else(|| "no difference".to_owned())
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        assert_eq!(drawn("id name", "10 a|2 b|- c", "- c|2 b|10 a"), "no difference");
    }

    #[test]
    fn what_differs_is_marked() {
        insta::assert_snapshot!(drawn("id name", "1 a|2 b|3 c", "1 a|2 x|3 c"), @"
        @@,id,name
          ,1 ,a
        → ,2 ,b→x
          ,3 ,c
        ");
        insta::assert_snapshot!(drawn("id name", "1 a|2 b", "1 a"), @"
        @@ ,id,name
           ,1 ,a
        ---,2 ,b
        ");
        insta::assert_snapshot!(drawn("id name", "1 a", "1 a|2 b"), @"
        @@ ,id,name
           ,1 ,a
        +++,2 ,b
        ");
        insta::assert_snapshot!(drawn("id name", "", "1 a|2 b"), @"
        @@ ,id,name
        +++,1 ,a
        +++,2 ,b
        ");
        insta::assert_snapshot!(drawn("id name", "1 a|2 b", "3 c|4 d"), @"
        @@ ,id,name
        +++,3 ,c
        +++,4 ,d
        ---,1 ,a
        ---,2 ,b
        ");
        insta::assert_snapshot!(drawn("id name", "1 a|2 b", "3 a|4 b"), @"
        @@,id ,name
        → ,1→3,a
        → ,2→4,b
        ");
        insta::assert_snapshot!(drawn("id name", "1 -|2 b", "1 a|2 -"), @"
        @@,id,name
        → ,1 ,NULL→a
        → ,2 ,b→NULL
        ");
        insta::assert_snapshot!(drawn("n", "1|2", "2|3"), @"
        @@ ,n
        ---,1
           ,2
        +++,3
        ");
        insta::assert_snapshot!(drawn("id name", "1 a|1 a", "1 a"), @"
        @@ ,id,name
           ,1 ,a
        ---,1 ,a
        ");
        insta::assert_snapshot!(drawn("a b c", "1 2 3|4 5 6", "1 2 9|4 8 6"), @"
        @@,a,b  ,c
        → ,1,2  ,3→9
        → ,4,5→8,6
        ");
    }

    #[test]
    fn equal_rows_far_away_are_left_out() {
        let expected = "0 a|1 a|2 a|3 a|4 a|5 a|6 a|7 a";
        insta::assert_snapshot!(drawn("id name", expected, &expected.replace("4 a", "4 z")), @"
        @@ ,id ,name
        ...,...,...
           ,3  ,a
        →  ,4  ,a→z
           ,5  ,a
        ...,...,...
        ");
    }
}
