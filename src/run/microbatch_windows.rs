//! Which batches a microbatch model is built by: arithmetic on spans of time, in UTC. Knows no node, no database and
//! no clock.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Timelike, Utc};

use crate::compile::event_time::{Grain, Window};

/// What decides on the batches of a model.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// How long a batch is.
    pub grain: Grain,
    /// The first moment of the model.
    pub begin: DateTime<Utc>,
    /// How many batches before the present one are built again.
    pub lookback: i64,
    /// The span that was asked for.
    pub bounds: Option<Window>,
    /// When the run began.
    pub now: DateTime<Utc>,
    /// Whether there is a table to go on with.
    pub incremental: bool,
}

/// Returns the batches to build, in their order; at least one. `None` when dates do not go that far.
pub fn batches(asked: &Asked) -> Option<Vec<Window>> {
    let Asked { grain, bounds, .. } = *asked;
    let end = ceiling(bounds.map_or(asked.now, |bounds| bounds.end), grain)?;
    let start = match bounds {
        Some(bounds) => truncated(bounds.start, grain)?,
        None if !asked.incremental => truncated(asked.begin, grain)?,
        // The end is on a boundary, so the batch that is under way began one before it.
        None => moved(end, grain, asked.lookback.checked_add(1)?.checked_neg()?)?,
    };
    let mut found = Vec::new();
    let mut from = start;
    loop {
        let next = moved(from, grain, 1)?;
        if next >= end {
            found.push(Window { start: from, end });
            return Some(found);
        }
        found.push(Window { start: from, end: next });
        from = next;
    }
}

/// Returns how a batch is called in file names: `2024`, `2024-01`, `2024-01-03`, `2024-01-03T10`.
pub fn suffix(start: DateTime<Utc>, grain: Grain) -> String {
    let form = match grain {
        Grain::Hour => "%Y-%m-%dT%H",
        Grain::Day => "%Y-%m-%d",
        Grain::Month => "%Y-%m",
        Grain::Year => "%Y",
    };
    start.format(form).to_string()
}

/// Returns the first moment of the span that a moment lies in.
fn truncated(moment: DateTime<Utc>, grain: Grain) -> Option<DateTime<Utc>> {
    let (year, month, day) = (moment.year(), moment.month(), moment.day());
    let (month, day, hour) = match grain {
        Grain::Hour => (month, day, moment.hour()),
        Grain::Day => (month, day, 0),
        Grain::Month => (month, 1, 0),
        Grain::Year => (1, 1, 0),
    };
    Some(NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, 0, 0)?.and_utc())
}

/// Returns the moment itself where a span begins, and the beginning of the next one otherwise.
fn ceiling(moment: DateTime<Utc>, grain: Grain) -> Option<DateTime<Utc>> {
    let truncated = truncated(moment, grain)?;
    if truncated == moment { Some(moment) } else { moved(truncated, grain, 1) }
}

/// Returns the beginning of the span that is some spans later.
fn moved(moment: DateTime<Utc>, grain: Grain, count: i64) -> Option<DateTime<Utc>> {
    let start = truncated(moment, grain)?;
    let steps = count.unsigned_abs();
    let months = |steps: u64| {
        let months = Months::new(u32::try_from(steps).ok()?);
        if count < 0 { start.checked_sub_months(months) } else { start.checked_add_months(months) }
    };
    match grain {
        Grain::Hour => start.checked_add_signed(TimeDelta::try_hours(count)?),
        Grain::Day if count < 0 => start.checked_sub_days(Days::new(steps)),
        Grain::Day => start.checked_add_days(Days::new(steps)),
        Grain::Month => months(steps),
        Grain::Year => months(steps.checked_mul(12)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::event_time::moment;

    fn at(text: &str) -> DateTime<Utc> {
        moment(text).unwrap_or_else(|| panic!("{text} is no moment"))
    }

    fn asked(grain: Grain, now: &str) -> Asked {
        Asked { grain, begin: at("2024-01-01"), lookback: 1, bounds: None, now: at(now), incremental: true }
    }

    fn told(asked: &Asked) -> String {
        let found = batches(asked).unwrap_or_default();
        let starts: Vec<String> = found.iter().map(|batch| suffix(batch.start, asked.grain)).collect();
        let end = found.last().map(|batch| suffix(batch.end, Grain::Hour)).unwrap_or_default();
        format!("{} | {end}", starts.join(" "))
    }

    #[test]
    fn the_first_run_goes_from_begin_to_now() {
        let first = |grain, now| told(&Asked { incremental: false, ..asked(grain, now) });
        assert_eq!(
            first(Grain::Day, "2024-01-03 00:00:01"),
            "2024-01-01 2024-01-02 2024-01-03 | 2024-01-04T00"
        );
        assert_eq!(first(Grain::Day, "2024-01-03"), "2024-01-01 2024-01-02 | 2024-01-03T00");
        assert_eq!(first(Grain::Month, "2024-03-31 12:00"), "2024-01 2024-02 2024-03 | 2024-04-01T00");
        assert_eq!(first(Grain::Year, "2025-07-01"), "2024 2025 | 2026-01-01T00");
        assert_eq!(first(Grain::Hour, "2024-01-01 01:30"), "2024-01-01T00 2024-01-01T01 | 2024-01-01T02");
    }

    #[test]
    fn a_begin_that_is_still_to_come_makes_one_batch() {
        let first = Asked { incremental: false, ..asked(Grain::Day, "2023-06-01 10:00") };
        assert_eq!(told(&first), "2024-01-01 | 2023-06-02T00");
    }

    #[test]
    fn later_runs_look_back() {
        assert_eq!(told(&asked(Grain::Day, "2024-03-01 10:00")), "2024-02-29 2024-03-01 | 2024-03-02T00");
        assert_eq!(told(&asked(Grain::Day, "2024-03-01")), "2024-02-28 2024-02-29 | 2024-03-01T00");
        let none = Asked { lookback: 0, ..asked(Grain::Month, "2024-01-31 10:00") };
        assert_eq!(told(&none), "2024-01 | 2024-02-01T00");
        let three = Asked { lookback: 3, ..asked(Grain::Year, "2024-02-29") };
        assert_eq!(told(&three), "2021 2022 2023 2024 | 2025-01-01T00");
    }

    #[test]
    fn a_span_that_is_asked_for_counts_before_all_else() {
        let bounds = Some(Window { start: at("2024-01-31 10:00"), end: at("2024-02-02 00:00:01") });
        let day = Asked { bounds, ..asked(Grain::Day, "2030-01-01") };
        assert_eq!(told(&day), "2024-01-31 2024-02-01 2024-02-02 | 2024-02-03T00");
        assert_eq!(told(&Asked { grain: Grain::Month, ..day }), "2024-01 2024-02 | 2024-03-01T00");
    }

    #[test]
    fn dates_end_somewhere() {
        assert_eq!(batches(&Asked { lookback: i64::MAX, ..asked(Grain::Hour, "2024-01-01") }), None);
        assert_eq!(batches(&Asked { lookback: i64::MAX - 1, ..asked(Grain::Year, "2024-01-01") }), None);
    }
}
