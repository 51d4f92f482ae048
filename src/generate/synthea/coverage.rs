//! Who pays for a patient, year by year. Knows no claim.

use uuid::Uuid;

use super::Window;
use super::calendar::{DAY, Moment};
use super::names::Name;
use super::papers::Papers;
use super::person::Person;
use super::random::Stream;
use super::universe::{BOTH, FIRST_PRIVATE, MEDICAID, MEDICARE, NO_INSURANCE};

/// A year under one payer.
#[derive(Debug)]
pub(super) struct Period {
    pub(super) start: Moment,
    pub(super) stop: Moment,
    /// The place of the payer.
    pub(super) payer: usize,
    /// The place of the payer that bears what the first leaves.
    pub(super) secondary: Option<usize>,
    /// What only an insured year has.
    pub(super) membership: Option<Membership>,
}

/// The number and the holder of a policy.
#[derive(Debug)]
pub(super) struct Membership {
    pub(super) id: Uuid,
    pub(super) ownership: &'static str,
    pub(super) owner: (Name, Name),
}

/// The chance to keep a payer for another year, of a thousand.
const STAYS: u32 = 880;

/// Draws the years of a patient from birth or the begin of the export to death or its end.
pub(super) fn draw(
    stream: &mut Stream,
    (person, papers): (&Person, &Papers),
    window: &Window,
    periods: &mut Vec<Period>,
) {
    let mother = stream.chance(500);
    let parent = (Name::first(stream, mother), papers.last);
    let spouse = (Name::first(stream, !person.female), papers.last);
    let second_of_day = stream.below(DAY);
    let mut start = person.first_day(window).at(second_of_day);
    let mut membership_id = stream.id();
    let mut payer = draw_payer(stream, person.age(start.day()));
    while periods.is_empty() || start.day() < person.limit(window) {
        let age = person.age(start.day());
        let too_young_or_old = (age >= 65) != (payer == MEDICARE || payer == BOTH);
        if too_young_or_old || !stream.chance(STAYS) {
            payer = draw_payer(stream, age);
            membership_id = stream.id();
        }
        let stop = start.plus(365 * DAY);
        let (ownership, owner) = if age < 18 {
            ("Guardian", parent)
        } else if papers.marital == "M" && stream.chance(250) {
            ("Spouse", spouse)
        } else {
            ("Self", (papers.first, papers.last))
        };
        let supplement = stream.chance(200);
        periods.push(Period {
            start,
            stop,
            payer,
            secondary: (payer == MEDICARE && supplement).then_some(FIRST_PRIVATE),
            membership: (payer != NO_INSURANCE).then_some(Membership { id: membership_id, ownership, owner }),
        });
        start = stop;
    }
}

fn draw_payer(stream: &mut Stream, age: u32) -> usize {
    if age >= 65 {
        return if stream.chance(900) { MEDICARE } else { BOTH };
    }
    match stream.below(1_000) {
        0..200 => MEDICAID,
        200..320 => NO_INSURANCE,
        _ => FIRST_PRIVATE + stream.below((NO_INSURANCE - FIRST_PRIVATE) as u32) as usize,
    }
}

/// Returns the payer at a moment; before the first year and after the last one, that of the nearest.
pub(super) fn payer_at(periods: &[Period], moment: Moment) -> usize {
    let before = periods.iter().rev().find(|period| period.start <= moment);
    before.or_else(|| periods.first()).map_or(NO_INSURANCE, |period| period.payer)
}
