//! Which rows of what a node refers to are read: all, none, or those of a span of time. Knows neither clock nor
//! command line.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::base::data::{Data, DataMap};
use crate::base::source::SourceMap;
use crate::compile::flags::{Flags, takes_empty, takes_event_times};
use crate::diagnostic::Diagnostic;
use crate::graph::nodes::{Batch, Node, ResourceType};
use crate::jinja::builtins::relation::{EventTimeFilter, Relation, quoted};
use crate::yaml;

/// How long a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

impl Grain {
    /// Every length, the shortest first, with its word.
    pub const ALL: [(Self, &str); 4] =
        [(Self::Hour, "hour"), (Self::Day, "day"), (Self::Month, "month"), (Self::Year, "year")];

    /// Reads a length by its word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(grain, _)| *grain)
    }
}

/// A span of time: from `start` on, before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// The first moment.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
}

/// What the flags say of the rows that are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowsRead {
    /// None at all: relations are built with their columns alone.
    pub empty: bool,
    /// Those of a span of time, wherever a relation says which column holds it.
    pub sample: Option<Window>,
    /// The span that microbatch models are built for.
    pub bounds: Option<Window>,
}

impl RowsRead {
    /// Reads the flags of a command that began at `now`. `Err` says what is wrong, in dbt's words.
    pub fn read(flags: &Flags, which: &str, now: DateTime<Utc>) -> Result<Self, String> {
        let mut rows = Self { empty: takes_empty(which) && flags.is_on("empty"), ..Self::default() };
        if !takes_event_times(which) {
            return Ok(rows);
        }
        if let Some(text) = flags.text("sample") {
            let sample = if text.trim_start().starts_with('{') { exact(text) } else { relative(text, now) };
            rows.sample = Some(sample.map_err(|reason| format!("Invalid value for '--sample': {reason}"))?);
        }
        rows.bounds = bounds(bound(flags, "event_time_start")?, bound(flags, "event_time_end")?)?;
        Ok(rows)
    }

    /// Adds what was read to the arguments that artifacts and templates are told.
    pub fn tell(&self, which: &str, arguments: &mut DataMap) {
        for name in ["empty", "sample", "event_time_start", "event_time_end"] {
            arguments.shift_remove(name);
        }
        if takes_empty(which) {
            arguments.insert("empty".to_owned(), self.empty.into());
        }
        if let Some(Window { start, end }) = self.sample {
            let moment =
                |moment: DateTime<Utc>| Data::from(moment.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string());
            let window = [("start".to_owned(), moment(start)), ("end".to_owned(), moment(end))];
            arguments.insert("sample".to_owned(), Data::Map(DataMap::from_iter(window)));
        }
        if let Some(Window { start, end }) = self.bounds {
            let moment = |moment: DateTime<Utc>| Data::from(moment.format("%Y-%m-%dT%H:%M:%S").to_string());
            arguments.insert("event_time_start".to_owned(), moment(start));
            arguments.insert("event_time_end".to_owned(), moment(end));
        }
    }

    /// Narrows a relation to the rows that a node, or a batch of it, reads of it.
    pub fn narrow(&self, relation: &mut Relation, (reader, batch): (&Node, Option<&Batch>), read: &Node) {
        if self.empty {
            relation.limit = Some(0);
        }
        if !matches!(reader.resource_type, ResourceType::Model | ResourceType::Snapshot) {
            return;
        }
        let batch = batch.map(|batch| Window { start: batch.start, end: batch.end });
        let window = match (batch, self.sample) {
            (Some(batch), Some(sample)) => {
                Some(Window { start: batch.start.max(sample.start), end: batch.end.min(sample.end) })
            }
            (batch, sample) => batch.or(sample),
        };
        if let (Some(window), Some(field)) = (window, event_time_column(read)) {
            relation.event_time = Some(EventTimeFilter {
                field,
                start: Some(moment_text(window.start)),
                end: Some(moment_text(window.end)),
            });
        }
    }
}

/// Returns the column that holds a node's event time, as SQL writes it.
fn event_time_column(node: &Node) -> Option<String> {
    let name = node.config.text("event_time").filter(|name| !name.is_empty())?;
    let column = node.columns.iter().find(|column| column.name == name);
    let is_quoted = column.and_then(|column| column.quote).unwrap_or(false);
    Some(if is_quoted { quoted(name) } else { name.to_owned() })
}

/// Writes a moment as Python does: `2024-01-03 00:00:00+00:00`.
pub fn moment_text(moment: DateTime<Utc>) -> String {
    let fraction = if moment.timestamp_subsec_micros() == 0 { "" } else { "%.6f" };
    moment.format(&format!("%Y-%m-%d %H:%M:%S{fraction}+00:00")).to_string()
}

/// Reads a moment as ISO 8601 writes it; a zone is read and not heeded, as dbt does.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    let (day, rest) = text.split_at_checked(10)?;
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    if rest.is_empty() {
        return Some(day.and_time(NaiveTime::MIN).and_utc());
    }
    let time = rest.strip_prefix(['T', ' '])?;
    let (time, zone) = time.find(['Z', '+', '-']).map_or((time, ""), |at| time.split_at(at));
    let is_zone = matches!(zone, "" | "Z") || NaiveTime::parse_from_str(zone.get(1..)?, "%H:%M").is_ok();
    let time = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok())?;
    is_zone.then(|| day.and_time(time).and_utc())
}

/// Reads a sample that names both its ends.
fn exact(text: &str) -> Result<Window, String> {
    let (tree, findings) = yaml::parse(SourceMap::default().add("--sample", text), text);
    if let Some(finding) = findings.iter().find(|finding| Diagnostic::is_error(finding)) {
        return Err(finding.message.clone());
    }
    let end = |key: &str| {
        let value = tree.get(key).map(yaml::Node::to_data);
        let value = value
            .ok_or_else(|| format!("Field \"{key}\" of type datetime is missing in SampleWindow instance"))?;
        let written = value.to_text().unwrap_or_default();
        moment(&written).ok_or_else(|| {
            format!("Field \"{key}\" of type datetime in SampleWindow has invalid value '{written}'")
        })
    };
    Ok(Window { start: end("start")?, end: end("end")? })
}

/// Reads a sample that is counted back from now: `3 days`.
fn relative(text: &str, now: DateTime<Utc>) -> Result<Window, String> {
    let parts: Vec<&str> = text.split(' ').collect();
    let [count, grain] = parts.as_slice() else {
        return Err(format!(
            "Cannot load SAMPLE_WINDOW from '{text}'. Must be of form 'DAYS_INT GRAIN_SIZE'."
        ));
    };
    let number: i64 = count.parse().map_err(|_| format!("Unable to convert '{count}' to an integer."))?;
    let Some(known) = Grain::read(grain.to_lowercase().trim_end_matches('s')) else {
        let words = Grain::ALL.map(|(_, word)| word);
        let plural = words.map(|word| format!("'{word}s'"));
        let all =
            words.map(|word| format!("'{word}'")).into_iter().chain(plural).collect::<Vec<_>>().join(", ");
        return Err(format!("Invalid grain size '{grain}'. Must be one of [{all}]."));
    };
    let far = || format!("'{text}' is further away than dates go.");
    Ok(Window { start: before(now, number, known).ok_or_else(far)?, end: now })
}

/// Goes back in time; the day of a month that is too short is its last one.
fn before(moment: DateTime<Utc>, count: i64, grain: Grain) -> Option<DateTime<Utc>> {
    let months = |months: u64| {
        let months = Months::new(u32::try_from(months).ok()?);
        if count < 0 { moment.checked_add_months(months) } else { moment.checked_sub_months(months) }
    };
    match grain {
        Grain::Hour => moment.checked_sub_signed(TimeDelta::try_hours(count)?),
        Grain::Day if count < 0 => moment.checked_add_days(Days::new(count.unsigned_abs())),
        Grain::Day => moment.checked_sub_days(Days::new(count.unsigned_abs())),
        Grain::Month => months(count.unsigned_abs()),
        Grain::Year => months(count.unsigned_abs().checked_mul(12)?),
    }
}

/// Reads one end of the span that microbatch models are built for.
fn bound(flags: &Flags, name: &str) -> Result<Option<DateTime<Utc>>, String> {
    let Some(text) = flags.text(name) else { return Ok(None) };
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    let stamp = |form| NaiveDateTime::parse_from_str(text, form).ok();
    let found = day.or_else(|| stamp("%Y-%m-%dT%H:%M:%S")).or_else(|| stamp("%Y-%m-%d %H:%M:%S"));
    let found = found.ok_or_else(|| {
        format!(
            "Invalid value for '--{}': '{text}' does not match the formats '%Y-%m-%d', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S'.",
            name.replace('_', "-")
        )
    })?;
    Ok(Some(found.and_utc()))
}

/// Puts both ends together: one alone says nothing.
fn bounds(start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>) -> Result<Option<Window>, String> {
    let alone = |given: &str, missing: &str| {
        Err(format!(
            "The flag `--event-time-{given}` was specified, but `--event-time-{missing}` was not. When specifying \
             `--event-time-{given}`, `--event-time-{missing}` must also be present."
        ))
    };
    match (start, end) {
        (Some(_), None) => alone("start", "end"),
        (None, Some(_)) => alone("end", "start"),
        (Some(start), Some(end)) if start >= end => {
            Err("Value for `--event-time-start` must be less than `--event-time-end`".to_owned())
        }
        (Some(start), Some(end)) => Ok(Some(Window { start, end })),
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        moment("2024-03-31 10:20:30").unwrap_or_default()
    }

    fn start_of(text: &str) -> String {
        relative(text, now()).map_or_else(|error| error, |window| moment_text(window.start))
    }

    #[test]
    fn samples_count_back_from_now() {
        assert_eq!(start_of("3 days"), "2024-03-28 10:20:30+00:00");
        assert_eq!(start_of("1 Month"), "2024-02-29 10:20:30+00:00");
        assert_eq!(start_of("2 years"), "2022-03-31 10:20:30+00:00");
        assert_eq!(start_of("-2 hours"), "2024-03-31 12:20:30+00:00");
        assert_eq!(start_of("three days"), "Unable to convert 'three' to an integer.");
        assert_eq!(
            start_of("3 weeks"),
            "Invalid grain size 'weeks'. Must be one of ['hour', 'day', 'month', 'year', 'hours', 'days', 'months', 'years']."
        );
        assert_eq!(
            start_of("3"),
            "Cannot load SAMPLE_WINDOW from '3'. Must be of form 'DAYS_INT GRAIN_SIZE'."
        );
    }

    #[test]
    fn samples_name_both_ends() {
        let window = exact("{start: '2024-01-02 10:00:00+02:00', end: \"2024-01-05\"}")
            .map(|window| (moment_text(window.start), moment_text(window.end)));
        let expected = ("2024-01-02 10:00:00+00:00".to_owned(), "2024-01-05 00:00:00+00:00".to_owned());
        assert_eq!(window, Ok(expected));
        let missing = exact("{start: '2024-01-02'}");
        assert_eq!(
            missing,
            Err("Field \"end\" of type datetime is missing in SampleWindow instance".to_owned())
        );
    }

    #[test]
    fn moments_are_read_as_iso_8601_writes_them() {
        let read = |text: &str| moment(text).map(moment_text);
        assert_eq!(read("2024-01-02T03:04:05.5Z").as_deref(), Some("2024-01-02 03:04:05.500000+00:00"));
        assert_eq!(read("2024-01-02 03:04").as_deref(), Some("2024-01-02 03:04:00+00:00"));
        for wrong in
            ["", "2024", "2024-13-01", "2024-01-02x", "2024-01-02 25:00", "2024-01-02 03:04+x", "naïve-texts"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
