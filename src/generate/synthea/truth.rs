//! What is true of the patients drawn: stays, readmissions by six definitions, lengths of stay. Counted from the records as
//! they are drawn, so that marts made of the files can be held against it. Knows no file.

use std::collections::BTreeMap;

use super::calendar::{DAY, Day, Moment};
use super::catalogue::encounters::Class;
use super::person::Person;
use super::record::{Encounter, Record};

/// Days within which a return counts.
const WITHIN: i32 = 30;

/// Codes of admissions that are planned.
const PLANNED_ADMISSIONS: [&str; 4] = ["305432006", "183495009", "185389009", "56876005"];

/// Codes of reasons that make an admission planned.
const PLANNED_REASONS: [&str; 2] = ["183996000", "39898005"];

/// The admission that is never an index in definitions D and E.
const EXCLUDED_ADMISSION: &str = "56876005";

/// Words in a reason that make an admission planned, and never an index in definitions D and E.
const CANCER: [&str; 6] = ["carcinoma", "malignant", "neoplasm", "cancer", "leukemia", "lymphoma"];

/// A definition of readmission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Definition {
    /// Every inpatient row; the patient's next row begins within 30 days, overlaps and transfers included.
    Naive,
    /// Rows with follow-up that the patient survived; some other row begins after it within 30 days.
    Simple,
    /// As before, with transfers joined into stays; some later stay begins within 30 days.
    Stay,
    /// Stays of adults, not for cancer or drug withdrawal; the very next stay is unplanned and within 30 days.
    Adults,
    /// As before, from 65 years on.
    Elderly,
    /// Stays; any later inpatient or emergency encounter begins within 30 days.
    AcuteReturn,
}

impl Definition {
    /// Every definition, in the order of the alphabet.
    pub const ALL: [Self; 6] =
        [Self::Naive, Self::Simple, Self::Stay, Self::Adults, Self::Elderly, Self::AcuteReturn];

    /// Returns the name it goes by in marts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Naive => "A_naive",
            Self::Simple => "B_simple",
            Self::Stay => "C_stay",
            Self::Adults => "D_cms_18plus",
            Self::Elderly => "E_cms_65plus",
            Self::AcuteReturn => "F_acute_return",
        }
    }

    /// Tells whether an index must lie 30 days before the end of the data.
    fn needs_follow_up(self) -> bool {
        self != Self::Naive
    }
}

/// Admissions that count, and those of them that were followed by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readmissions {
    /// Admissions that count.
    pub index: u64,
    /// Those followed by another.
    pub readmitted: u64,
}

/// Lengths of stay in days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StayLengths {
    counts: BTreeMap<u32, u64>,
}

impl StayLengths {
    fn add(&mut self, first: Day, last: Day) {
        *self.counts.entry(last.days_after(first).max(1)).or_default() += 1;
    }

    /// Returns how many there are.
    pub fn count(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Returns the sum of their days.
    pub fn total_days(&self) -> u64 {
        self.counts.iter().map(|(days, count)| u64::from(*days) * count).sum()
    }

    /// Returns twice the median, which is whole where the median may be a half: the mean of the middle two.
    pub fn doubled_median_days(&self) -> u64 {
        let last = self.count().saturating_sub(1);
        self.nth(last / 2) + self.nth(last.div_ceil(2))
    }

    /// Returns the days of the stay at a place in the order of length, from 0.
    fn nth(&self, place: u64) -> u64 {
        let mut passed = 0;
        let found = self.counts.iter().find(|(_, count)| {
            passed += **count;
            passed > place
        });
        found.map_or(0, |(days, _)| u64::from(*days))
    }
}

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Truth {
    /// People.
    pub patients: u64,
    /// Those who died.
    pub deaths: u64,
    /// Encounters by the name of their class.
    pub encounters: BTreeMap<&'static str, u64>,
    /// Lengths of inpatient encounters.
    pub row_lengths: StayLengths,
    /// Lengths of stays: inpatient encounters with transfers joined.
    pub stay_lengths: StayLengths,
    /// The greatest end of an encounter.
    latest: Option<Day>,
    /// Counts by definition and day of discharge: which of them have follow-up is known at the end only.
    by_discharge: BTreeMap<(Definition, Day), Readmissions>,
}

/// One or more inpatient encounters that follow each other within a day.
#[derive(Debug)]
struct Stay {
    start: Moment,
    stop: Moment,
    planned: bool,
    excluded: bool,
}

impl Truth {
    /// Adds one patient.
    pub(super) fn add(&mut self, record: &Record) {
        self.patients += 1;
        self.deaths += u64::from(record.person.death.is_some());
        for encounter in &record.encounters {
            *self.encounters.entry(encounter.class.name()).or_default() += 1;
            self.latest = self.latest.max(Some(encounter.stop.day()));
        }
        let mut rows: Vec<&Encounter> =
            record.encounters.iter().filter(|encounter| encounter.class == Class::Inpatient).collect();
        rows.sort_by_key(|row| (row.start, row.stop, row.id));
        for row in &rows {
            self.row_lengths.add(row.start.day(), row.stop.day());
        }
        self.add_rows(&record.person, &rows);
        self.add_stays(record, &stays(&rows));
    }

    fn add_rows(&mut self, person: &Person, rows: &[&Encounter]) {
        for (place, row) in rows.iter().enumerate() {
            let next = rows.get(place + 1);
            let naive = next.is_some_and(|next| is_within(row.stop, next.start));
            self.count(Definition::Naive, row.stop, naive);
            if !died(person, row.start, row.stop) {
                let simple = rows.iter().enumerate().any(|(other, later)| {
                    other != place && later.start >= row.stop && is_within(row.stop, later.start)
                });
                self.count(Definition::Simple, row.stop, simple);
            }
        }
    }

    fn add_stays(&mut self, record: &Record, stays: &[Stay]) {
        for (place, stay) in stays.iter().enumerate() {
            self.stay_lengths.add(stay.start.day(), stay.stop.day());
            if died(&record.person, stay.start, stay.stop) {
                continue;
            }
            // Stays are in order and a day apart: if any later one is near, the next one is.
            let next = stays.get(place + 1).filter(|next| is_within(stay.stop, next.start));
            self.count(Definition::Stay, stay.stop, next.is_some());
            let returned = record.encounters.iter().any(|encounter| {
                matches!(encounter.class, Class::Inpatient | Class::Emergency)
                    && encounter.start > stay.stop
                    && is_within(stay.stop, encounter.start)
            });
            self.count(Definition::AcuteReturn, stay.stop, returned);
            let age = record.person.age(stay.start.day());
            let unplanned = next.is_some_and(|next| !next.planned);
            if age >= 18 && !stay.excluded {
                self.count(Definition::Adults, stay.stop, unplanned);
            }
            if age >= 65 && !stay.excluded {
                self.count(Definition::Elderly, stay.stop, unplanned);
            }
        }
    }

    fn count(&mut self, definition: Definition, discharge: Moment, readmitted: bool) {
        let counts = self.by_discharge.entry((definition, discharge.day())).or_default();
        counts.index += 1;
        counts.readmitted += u64::from(readmitted);
    }

    /// Returns the day up to which the data tell: that of the greatest end of an encounter.
    pub fn as_of(&self) -> Option<chrono::NaiveDate> {
        self.latest.map(Day::date)
    }

    /// Returns what a definition counts.
    pub fn readmissions(&self, definition: Definition) -> Readmissions {
        let latest = self.latest.unwrap_or_default();
        let counted = self.by_discharge.iter().filter(|((of, discharge), _)| {
            *of == definition && (!definition.needs_follow_up() || latest.since(*discharge) >= WITHIN)
        });
        counted.fold(Readmissions::default(), |sum, (_, counts)| Readmissions {
            index: sum.index + counts.index,
            readmitted: sum.readmitted + counts.readmitted,
        })
    }
}

/// Joins rows, ordered by start, stop and identifier, into stays.
fn stays(rows: &[&Encounter]) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    for row in rows {
        let (planned, excluded) = (is_planned(row), is_excluded(row));
        match stays.last_mut() {
            Some(stay) if row.start <= stay.stop.plus(DAY) => {
                stay.stop = stay.stop.max(row.stop);
                stay.planned |= planned;
                stay.excluded |= excluded;
            }
            _ => stays.push(Stay { start: row.start, stop: row.stop, planned, excluded }),
        }
    }
    stays
}

fn is_within(stop: Moment, start: Moment) -> bool {
    start.day().since(stop.day()) <= WITHIN
}

fn died(person: &Person, start: Moment, stop: Moment) -> bool {
    person.death.is_some_and(|death| (start.day()..=stop.day()).contains(&death))
}

fn is_planned(row: &Encounter) -> bool {
    let reason = row.reason.is_some_and(|reason| PLANNED_REASONS.contains(&reason.code));
    PLANNED_ADMISSIONS.contains(&row.kind.code) || reason || is_cancer(row)
}

fn is_excluded(row: &Encounter) -> bool {
    row.kind.code == EXCLUDED_ADMISSION || is_cancer(row)
}

fn is_cancer(row: &Encounter) -> bool {
    let text = row.reason.map(|reason| reason.text.to_lowercase()).unwrap_or_default();
    CANCER.iter().any(|word| text.contains(word))
}
