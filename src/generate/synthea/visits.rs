//! A patient's encounters outside hospital stays: how many, of which class, when and where. Knows no diagnosis.

use super::Window;
use super::calendar::{DAY, Moment};
use super::catalogue::encounters::{CHILD_CHECK_UP, Class, DEATH_CERTIFICATION, VISITS};
use super::person::Person;
use super::places::TOWNS;
use super::random::Stream;
use super::record::Encounter;
use super::universe::{Facility, draw_house};

/// Visits of ten years: weight, fewest, most. A tenth of the patients has more than a third of them.
const COUNTS: [(u32, (u32, u32)); 10] = [
    (100, (6, 16)),
    (150, (17, 22)),
    (250, (23, 34)),
    (240, (35, 52)),
    (150, (53, 80)),
    (60, (81, 140)),
    (25, (141, 220)),
    (12, (221, 300)),
    (9, (301, 360)),
    (4, (361, 420)),
];

/// Days that [`COUNTS`] speaks of.
const TEN_YEARS: u32 = 3_652;

/// Times that a visit is moved before it is given up because the patient is in hospital.
const MOVES: u32 = 4;

/// The chance that a visit is in another town of the state, of a thousand.
const AWAY: u32 = 70;

/// Draws all visits of a patient. `encounters` holds the stays already, which visits keep clear of.
pub(super) fn draw(stream: &mut Stream, person: &Person, window: &Window, encounters: &mut Vec<Encounter>) {
    let stays = encounters.len();
    let days = person.limit(window).days_after(person.first_day(window)).max(1);
    let (fewest, most) = *stream.pick(&COUNTS);
    let count = (stream.between(fewest, most) * days).div_ceil(TEN_YEARS);
    let practice = draw_house(stream, person.home.town, Facility::Practice);
    for visit in 0..count {
        let drawn = *stream.pick(&VISITS);
        // Everyone is seen at least once, which a check-up is the shortest way to.
        let class = if visit == 0 { Class::Wellness } else { drawn };
        for _ in 0..MOVES {
            let day = person.first_day(window).plus(stream.below(days));
            let class = fitting(class, person.age(day));
            let times = draw_times(stream, day.at(0), class);
            let house = draw_place(stream, person, class, practice);
            let id = stream.id();
            let adult_kind = stream.pick(class.profile().kinds);
            let child = class == Class::Wellness && person.age(day) < 18;
            let kind = if child { &CHILD_CHECK_UP } else { adult_kind };
            if times.1.day() < person.limit(window) && is_free(&encounters[..stays], times) {
                encounters.push(Encounter::new(id, times, class, house, kind));
                break;
            }
        }
    }
    push_death_certification(stream, person, practice, encounters);
}

/// Returns the class a person of some age is seen in: homes and hospices are for the old.
fn fitting(class: Class, age: u32) -> Class {
    match class {
        Class::Nursing | Class::Hospice if age < 60 => Class::Ambulatory,
        other => other,
    }
}

fn draw_times(stream: &mut Stream, midnight: Moment, class: Class) -> (Moment, Moment) {
    let profile = class.profile();
    let start = midnight.plus(stream.between(profile.hours.0 * 3_600, profile.hours.1 * 3_600 + 3_599));
    let (shortest, longest) = profile.minutes;
    (start, start.plus(stream.between(shortest, longest) * 60))
}

fn draw_place(stream: &mut Stream, person: &Person, class: Class, practice: usize) -> usize {
    let facility = Facility::of(class);
    let other_town = person.home.town / 5 * 5 + stream.below(5) as usize;
    let away = stream.chance(AWAY) && other_town < TOWNS.len();
    let town = if away { other_town } else { person.home.town };
    let house = draw_house(stream, town, facility);
    let faithful = stream.chance(850);
    if facility == Facility::Practice && !away && faithful { practice } else { house }
}

/// Tells whether a patient is in no hospital from one moment to another.
fn is_free(stays: &[Encounter], (start, stop): (Moment, Moment)) -> bool {
    stays.iter().all(|stay| stop < stay.start || start > stay.stop)
}

/// Adds the one encounter after death.
fn push_death_certification(
    stream: &mut Stream,
    person: &Person,
    practice: usize,
    encounters: &mut Vec<Encounter>,
) {
    let Some(death) = person.death else { return };
    let start = death.plus(stream.between(1, 3)).at(stream.below(DAY - 3_600));
    let times = (start, start.plus(15 * 60));
    encounters.push(Encounter::new(stream.id(), times, Class::Wellness, practice, &DEATH_CERTIFICATION));
}
