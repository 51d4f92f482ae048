//! What is on a patient's papers: names, numbers, status. Drawn once it is known how long the patient lived; knows no
//! encounter.

use super::Window;
use super::names::Name;
use super::person::{Person, draw_town};
use super::places::{TOWNS, Town};
use super::random::Stream;

const RACES: [(u32, &str); 6] =
    [(780, "white"), (90, "black"), (60, "asian"), (40, "other"), (15, "native"), (15, "hawaiian")];

const MARITAL: [(u32, &str); 4] = [(480, "M"), (300, "S"), (150, "D"), (70, "W")];

/// Yearly incomes in dollars: weight, lowest, highest.
const INCOMES: [(u32, (u32, u32)); 6] = [
    (120, (4_000, 15_000)),
    (230, (15_001, 38_000)),
    (270, (38_001, 72_000)),
    (220, (72_001, 120_000)),
    (130, (120_001, 210_000)),
    (30, (210_001, 620_000)),
];

/// The papers of a patient. Texts are empty where there is nothing to say.
#[derive(Debug)]
pub(super) struct Papers {
    /// The last two groups of the number; the first is 999, which no real one has.
    pub(super) ssn: (u32, u32),
    pub(super) licence: Option<u32>,
    pub(super) passport: Option<u32>,
    pub(super) prefix: &'static str,
    pub(super) first: Name,
    pub(super) middle: Option<Name>,
    pub(super) last: Name,
    pub(super) suffix: &'static str,
    pub(super) maiden: Option<Name>,
    pub(super) marital: &'static str,
    pub(super) race: &'static str,
    pub(super) ethnicity: &'static str,
    pub(super) birthplace: &'static Town,
    pub(super) income: u32,
}

impl Papers {
    /// Draws the papers of a patient.
    pub(super) fn draw(stream: &mut Stream, person: &Person, window: &Window) -> Self {
        let age = person.age(person.limit(window));
        let marital = draw_marital(stream, age);
        let married_woman = person.female && marital == "M";
        let income = *stream.pick(&INCOMES);
        Self {
            ssn: (stream.between(10, 99), stream.between(1_000, 9_999)),
            licence: (age >= 16 && stream.chance(900)).then(|| stream.below(100_000)),
            passport: (age >= 18 && stream.chance(800)).then(|| stream.below(100_000_000)),
            prefix: prefix(age, person.female, married_woman),
            first: Name::first(stream, person.female),
            middle: stream.chance(800).then(|| Name::first(stream, person.female)),
            last: Name::last(stream),
            suffix: if age >= 28 && stream.chance(15) { stream.choose(&["MD", "PhD", "JD"]) } else { "" },
            maiden: (married_woman && stream.chance(750)).then(|| Name::last(stream)),
            marital,
            race: *stream.pick(&RACES),
            ethnicity: if stream.chance(150) { "hispanic" } else { "nonhispanic" },
            birthplace: &TOWNS[draw_town(stream)],
            income: stream.between(income.0, income.1),
        }
    }
}

fn draw_marital(stream: &mut Stream, age: u32) -> &'static str {
    match *stream.pick(&MARITAL) {
        _ if age < 18 => "",
        "W" if age <= 50 => "S",
        status => status,
    }
}

fn prefix(age: u32, female: bool, married_woman: bool) -> &'static str {
    match (age, female) {
        (0..=15, _) => "",
        (_, false) => "Mr.",
        (_, true) if married_woman => "Mrs.",
        (_, true) => "Ms.",
    }
}
