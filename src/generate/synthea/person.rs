//! Who a patient is: birth, sex, home, and a death outside hospital. Knows no encounter.

use uuid::Uuid;

use super::Window;
use super::calendar::Day;
use super::names::{STREET_KINDS, STREETS};
use super::places::TOWNS;
use super::random::Stream;

/// Days between the last possible death and the end of the export, so that the death can be certified.
pub(super) const LAST_DAYS: u32 = 5;

/// Ages at the end of the export: weight, youngest, oldest.
const AGES: [(u32, (u32, u32)); 6] =
    [(220, (0, 17)), (230, (18, 34)), (190, (35, 49)), (190, (50, 64)), (125, (65, 79)), (45, (80, 94))];

/// Deaths outside hospital within ten years, of a thousand, by age band.
const DEATHS: [u32; 6] = [1, 5, 12, 36, 125, 300];

/// What a patient's course depends on.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) birth: Day,
    pub(super) death: Option<Day>,
    pub(super) female: bool,
    pub(super) home: Home,
}

/// Where a patient lives.
#[derive(Debug)]
pub(super) struct Home {
    /// The place of the town among all towns.
    pub(super) town: usize,
    pub(super) house: u32,
    pub(super) street: &'static str,
    pub(super) street_kind: &'static str,
    pub(super) flat: Option<u32>,
    /// The ZIP code; absent for one in ten, as in real exports.
    pub(super) zip: Option<u32>,
    pub(super) latitude: i32,
    pub(super) longitude: i32,
}

/// Returns the band of an age: under 18, 35, 50, 65, 80, and above.
pub(super) fn age_band(years: u32) -> usize {
    [18, 35, 50, 65, 80].into_iter().take_while(|limit| years >= *limit).count()
}

impl Person {
    /// Draws a patient.
    pub(super) fn draw(stream: &mut Stream, window: &Window) -> Self {
        let id = stream.id();
        let (youngest, oldest) = *stream.pick(&AGES);
        let age = stream.between(youngest, oldest);
        let birth = window.end.minus(age * 1_461 / 4 + stream.between(1, 365));
        let death = draw_death(stream, window, birth, age);
        Self { id, birth, death, female: stream.chance(505), home: Home::draw(stream) }
    }

    /// Returns the age on a day.
    pub(super) fn age(&self, day: Day) -> u32 {
        self.birth.years_until(day)
    }

    /// Returns the first day that an export may tell of.
    pub(super) fn first_day(&self, window: &Window) -> Day {
        self.birth.max(window.first)
    }

    /// Returns the first day that events must stay before: that of death, or the end of the export.
    pub(super) fn limit(&self, window: &Window) -> Day {
        self.death.unwrap_or(window.end)
    }
}

impl Home {
    fn draw(stream: &mut Stream) -> Self {
        let place = draw_town(stream);
        let town = &TOWNS[place];
        Self {
            town: place,
            house: stream.between(1, 999),
            street: stream.choose(&STREETS),
            street_kind: stream.choose(&STREET_KINDS),
            flat: stream.chance(300).then(|| stream.between(1, 99)),
            zip: stream.chance(900).then(|| town.zip + stream.below(4)),
            latitude: town.latitude - 100_000 + stream.below(200_000) as i32,
            longitude: town.longitude - 100_000 + stream.below(200_000) as i32,
        }
    }
}

/// Draws the place of a town, each as often as it weighs.
pub(super) fn draw_town(stream: &mut Stream) -> usize {
    stream.weigh(TOWNS.iter().map(|town| town.weight))
}

/// Draws a death outside hospital, at least a month after birth or the begin of the export.
fn draw_death(stream: &mut Stream, window: &Window, birth: Day, age: u32) -> Option<Day> {
    let earliest = birth.max(window.first).plus(30);
    let days = window.end.minus(LAST_DAYS).days_after(earliest);
    // Shorter exports see fewer deaths.
    let chance = DEATHS[age_band(age)] * days.min(3_652) / 3_652;
    let died = stream.chance(chance);
    let day = earliest.plus(stream.below(days));
    (died && days > 0).then_some(day)
}
