//! Days and seconds as plain numbers in UTC, and ages. Knows no zone and reads no clock.

use chrono::{Datelike, NaiveDate};

/// Seconds of a day.
pub(super) const DAY: u32 = 86_400;

/// A calendar day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Day(i32);

impl Day {
    /// Returns the day of a date.
    pub(super) fn of(date: NaiveDate) -> Self {
        Self(date.to_epoch_days())
    }

    /// Returns the date of the day.
    pub(super) fn date(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or_default()
    }

    /// Returns the day so many days later.
    pub(super) fn plus(self, days: u32) -> Self {
        Self(self.0 + days as i32)
    }

    /// Returns the day so many days earlier.
    pub(super) fn minus(self, days: u32) -> Self {
        Self(self.0 - days as i32)
    }

    /// Returns the days from another day to this one; negative when this one is earlier.
    pub(super) fn since(self, other: Self) -> i32 {
        self.0 - other.0
    }

    /// Returns the days from another day to this one; 0 when this one is earlier.
    pub(super) fn days_after(self, other: Self) -> u32 {
        self.since(other).max(0) as u32
    }

    /// Returns a second of the day.
    pub(super) fn at(self, second: u32) -> Moment {
        Moment(i64::from(self.0) * i64::from(DAY) + i64::from(second))
    }

    /// Returns the completed years from this day, a birthday, to another: born on 29 February, older from 1 March.
    pub(super) fn years_until(self, other: Self) -> u32 {
        let (from, to) = (self.date(), other.date());
        let early = (to.month(), to.day()) < (from.month(), from.day());
        (to.year() - from.year() - i32::from(early)).max(0) as u32
    }
}

/// A second, counted from the begin of 1970-01-01 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Moment(i64);

impl Moment {
    /// Returns the calendar day.
    pub(super) fn day(self) -> Day {
        Day(self.0.div_euclid(i64::from(DAY)) as i32)
    }

    /// Returns the seconds since midnight.
    pub(super) fn second_of_day(self) -> u32 {
        self.0.rem_euclid(i64::from(DAY)) as u32
    }

    /// Returns the moment so many seconds later.
    pub(super) fn plus(self, seconds: u32) -> Self {
        Self(self.0 + i64::from(seconds))
    }

    /// Returns the seconds from another moment to this one; negative when this one is earlier.
    pub(super) fn since(self, other: Self) -> i64 {
        self.0 - other.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Day {
        Day::of(NaiveDate::from_ymd_opt(year, month, day).unwrap())
    }

    #[test]
    fn ages_are_completed_years() {
        assert_eq!(day(2000, 2, 29).years_until(day(2001, 2, 28)), 0);
        assert_eq!(day(2000, 2, 29).years_until(day(2001, 3, 1)), 1);
        assert_eq!(day(1950, 6, 15).years_until(day(2026, 6, 14)), 75);
        assert_eq!(day(1950, 6, 15).years_until(day(2026, 6, 15)), 76);
    }

    #[test]
    fn moments_know_their_day_also_before_1970() {
        let moment = day(1936, 11, 20).at(4 * 3600 + 5);
        assert_eq!((moment.day(), moment.second_of_day()), (day(1936, 11, 20), 14_405));
        assert_eq!(moment.plus(DAY).since(moment), i64::from(DAY));
    }
}
