//! A patient's stays in hospital: admissions by age, returns by cause, transfers, and deaths at discharge. Knows nothing
//! of definitions of readmission: those are counted afterwards.

use super::Window;
use super::calendar::{DAY, Day};
use super::catalogue::causes::{self, CAUSES, Cause};
use super::catalogue::encounters::{Class, TRANSFER};
use super::person::{LAST_DAYS, Person, age_band};
use super::random::Stream;
use super::record::{Encounter, Treatment};
use super::universe::{Facility, draw_house, other_hospital};

/// Days from one look at a patient to the next, at most; at least one.
const LONGEST_STEP: u32 = 30;

/// Draws all stays of a patient; a death at discharge becomes the patient's death.
pub(super) fn draw(
    stream: &mut Stream,
    person: &mut Person,
    window: &Window,
    encounters: &mut Vec<Encounter>,
) {
    let diagnosis = stream.below(u32::MAX);
    let mut day = person.first_day(window);
    loop {
        day = day.plus(stream.between(1, LONGEST_STEP));
        if day >= person.limit(window) {
            return;
        }
        let age = person.age(day);
        // The mean step is 15.5 days: the chance is that of a year's admissions, times 15.5 / 365.
        if stream.below(2 * 365 * 1_000) >= causes::PER_1000_YEARS[age_band(age)] * (1 + LONGEST_STEP) {
            continue;
        }
        let Some(discharge) = draw_episode(stream, person, window, day, diagnosis, encounters) else {
            return;
        };
        day = discharge.plus(1);
    }
}

/// Draws an admission and the returns after it; the last day of discharge, or nothing if the record ends.
fn draw_episode(
    stream: &mut Stream,
    person: &mut Person,
    window: &Window,
    mut day: Day,
    diagnosis: u32,
    encounters: &mut Vec<Encounter>,
) -> Option<Day> {
    let mut cause = draw_cause(stream, person, day);
    loop {
        let discharge = day.plus(draw_days(stream, cause));
        if discharge >= person.limit(window) {
            return None;
        }
        push_stay(stream, person, (day, discharge), (cause, diagnosis), encounters);
        let age = person.age(discharge);
        if stream.chance(causes::DEATHS[usize::from(age >= 50) + usize::from(age >= 65)])
            && discharge < window.end.minus(LAST_DAYS)
        {
            person.death = Some(discharge);
            return None;
        }
        if stream.below(100_000) >= cause.return_per_mille * causes::RETURN_PERCENT[age_band(age)] {
            return Some(discharge);
        }
        day = discharge.plus(2 + stream.weigh(causes::RETURN_GAPS.into_iter()) as u32);
        if !stream.chance(causes::SAME_CAUSE) {
            cause = draw_cause(stream, person, day);
        }
    }
}

fn draw_cause(stream: &mut Stream, person: &Person, day: Day) -> &'static Cause {
    let age = person.age(day);
    let column = [18, 50, 65].into_iter().filter(|limit| age >= *limit).count();
    let mother = person.female && (15..50).contains(&age);
    // Weights are of all people of an age: where only women can have a cause, each has it twice as often.
    let weights = CAUSES.iter().map(|cause| match (cause.of_mothers, mother) {
        (false, _) => cause.weights[column],
        (true, true) => 2 * cause.weights[column],
        (true, false) => 0,
    });
    &CAUSES[stream.weigh(weights)]
}

fn draw_days(stream: &mut Stream, cause: &Cause) -> u32 {
    let days = *stream.pick(&causes::STAY_DAYS);
    let extra = if stream.chance(causes::EXTRA_DAYS) { cause.extra_days } else { 0 };
    days.saturating_add_signed(extra).max(1)
}

/// Adds the one or two encounters of a stay.
fn push_stay(
    stream: &mut Stream,
    person: &Person,
    (admit, discharge): (Day, Day),
    (cause, diagnosis): (&'static Cause, u32),
    encounters: &mut Vec<Encounter>,
) {
    let days = discharge.days_after(admit);
    let start = admit.at(stream.below(DAY));
    let leaves_at = stream.between(8 * 3_600, 19 * 3_600);
    // Half of the stays last whole days to the second, as many do in Synthea.
    let stop = discharge.at(if stream.chance(500) { start.second_of_day() } else { leaves_at });
    let organization = draw_house(stream, person.home.town, Facility::Hospital);
    let first = Encounter {
        reason: Some(&cause.reasons[diagnosis as usize % cause.reasons.len()]),
        treatment: Treatment { procedure: Some(cause.procedure), drugs: cause.drugs, lasting: false },
        ..Encounter::new(stream.id(), (start, stop), Class::Inpatient, organization, &cause.admission)
    };
    let moves = stream.chance(causes::TRANSFERS);
    if days < 2 || !moves {
        encounters.push(first);
        return;
    }
    let moved = admit.plus(stream.between(1, days - 1)).at(stream.below(DAY));
    let second = Encounter {
        id: stream.id(),
        start: moved,
        organization: other_hospital(organization),
        kind: &TRANSFER,
        treatment: Treatment::default(),
        ..first.clone()
    };
    encounters.push(Encounter { stop: moved, ..first });
    encounters.push(second);
}
