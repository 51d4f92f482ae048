//! What is found in each encounter: chronic diseases once, passing ones as they come, findings at check-ups, and the
//! reason that the encounter was for. Knows no procedure and no drug but by the reason.

use super::Window;
use super::catalogue::Code;
use super::catalogue::conditions::{
    CHILD_FINDINGS, CHRONIC, Chronic, EMERGENCIES, FINDINGS, ILLNESSES, Passing,
};
use super::catalogue::drugs::Drug;
use super::catalogue::encounters::{Class, TRANSFER};
use super::person::age_band;
use super::random::Stream;
use super::record::{Condition, Record, Treatment};

/// What is found in encounters of one class, in chances of a thousand.
struct Habit {
    /// The reason is a chronic disease, where there is one.
    chronic: u32,
    /// Otherwise the reason is a passing condition.
    passing: u32,
    /// A finding is noted.
    finding: u32,
    /// And another one.
    another: u32,
}

fn habit(class: Class) -> Habit {
    let (chronic, passing, finding, another) = match class {
        Class::Ambulatory => (500, 780, 90, 0),
        Class::Wellness => (0, 0, 900, 410),
        Class::Outpatient => (250, 180, 200, 0),
        Class::UrgentCare => (0, 700, 0, 0),
        Class::Emergency => (0, 900, 0, 0),
        Class::Virtual => (900, 500, 0, 0),
        Class::Hospice | Class::Nursing => (900, 0, 0, 0),
        Class::Inpatient => (0, 0, 250, 0),
    };
    Habit { chronic, passing, finding, another }
}

/// Draws the conditions of a record and the reasons of its encounters; those of stays are there already.
pub(super) fn draw(stream: &mut Stream, window: &Window, record: &mut Record) {
    let count = record.encounters.iter().filter(|encounter| encounter.is_care()).count();
    let band = age_band(record.person.age(record.person.limit(window)));
    let mut chronic = Vec::new();
    for disease in &CHRONIC {
        let (has, onset) =
            (stream.chance(disease.per_mille[band]), stream.below(count.div_ceil(2) as u32) as usize);
        if has {
            chronic.push((onset, disease));
        }
    }
    for place in 0..count {
        let begin = record.conditions.len();
        for (_, disease) in chronic.iter().filter(|(onset, _)| *onset == place) {
            note(record, begin, place, &disease.code, None);
        }
        let known: Vec<&Chronic> =
            chronic.iter().filter(|(onset, _)| *onset <= place).map(|(_, disease)| *disease).collect();
        draw_encounter(stream, window, record, (begin, place), &known);
    }
}

/// Draws reason and conditions of one encounter; `begin` is the place of its first condition.
fn draw_encounter(
    stream: &mut Stream,
    window: &Window,
    record: &mut Record,
    (begin, place): (usize, usize),
    known: &[&'static Chronic],
) {
    let Some(encounter) = record.encounters.get(place) else { return };
    let (class, reason, moved) = (encounter.class, encounter.reason, *encounter.kind == TRANSFER);
    let age = record.person.age(encounter.start.day());
    let habit = habit(class);
    if let Some(reason) = reason {
        // A stay's diagnosis is noted where it begins, unless it is known for good.
        if !moved && known.iter().all(|disease| disease.code != *reason) {
            let days = stream.between(5, 60);
            note(record, begin, place, reason, Some((window, days)));
        }
    } else if !known.is_empty() && stream.chance(habit.chronic) {
        let disease: &'static Chronic = stream.choose(known);
        give_reason(record, place, &disease.code, disease.drugs, true);
    } else if stream.chance(habit.passing) {
        let table: &'static [(u32, Passing)] =
            if class == Class::Emergency { &EMERGENCIES } else { &ILLNESSES };
        let illness = stream.pick(table);
        give_reason(record, place, &illness.code, illness.drugs, false);
        let days = stream.between(illness.days.0, illness.days.1);
        note(record, begin, place, &illness.code, Some((window, days)));
    }
    for chance in [habit.finding, habit.another] {
        if stream.chance(chance) {
            let finding: &'static Passing =
                if age < 18 { stream.pick(&CHILD_FINDINGS) } else { stream.pick(&FINDINGS) };
            let days = stream.between(finding.days.0, finding.days.1);
            note(record, begin, place, &finding.code, Some((window, days)));
        }
    }
}

fn give_reason(
    record: &mut Record,
    place: usize,
    reason: &'static Code,
    drugs: &'static [&'static Drug],
    lasting: bool,
) {
    if let Some(encounter) = record.encounters.get_mut(place) {
        encounter.reason = Some(reason);
        encounter.treatment = Treatment { procedure: None, drugs, lasting };
    }
}

/// Notes a condition, once in an encounter. One that would last beyond the record has no end yet.
fn note(record: &mut Record, begin: usize, place: usize, code: &'static Code, lasts: Option<(&Window, u32)>) {
    let Some(encounter) = record.encounters.get(place) else { return };
    let noted = record.conditions.iter().skip(begin).any(|condition| condition.code == code);
    if !noted {
        let start = encounter.start.day();
        let stop = lasts
            .map(|(window, days)| (start.plus(days), record.person.limit(window)))
            .filter(|(stop, limit)| stop < limit)
            .map(|(stop, _)| stop);
        record.conditions.push(Condition { encounter: place, start, stop, code });
    }
}
