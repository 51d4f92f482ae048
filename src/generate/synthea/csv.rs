//! Rows of comma-separated text as Synthea writes them: no quotes, line feeds, money with two decimals. Knows no column.

use chrono::Datelike;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::calendar::{Day, Moment};

/// One row under way at the end of a buffer. Texts must hold no comma, quote or line break: nothing is escaped.
pub(super) struct Row<'a> {
    bytes: &'a mut Vec<u8>,
    begin: usize,
}

impl<'a> Row<'a> {
    /// Starts a row.
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        let begin = bytes.len();
        Self { bytes, begin }
    }

    /// Ends the row.
    pub(super) fn end(self) {
        // The comma after the last field becomes the line's end; a row without fields is an empty line.
        if self.bytes.len() > self.begin {
            self.bytes.pop();
        }
        self.bytes.push(b'\n');
    }

    fn field(self, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        write(self.bytes);
        self.bytes.push(b',');
        self
    }

    /// Adds a text.
    pub(super) fn text(self, text: &str) -> Self {
        self.field(|bytes| bytes.extend_from_slice(text.as_bytes()))
    }

    /// Adds a field that may be absent.
    pub(super) fn maybe<T>(self, value: Option<T>, add: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => add(self, value),
            None => self.text(""),
        }
    }

    /// Adds a field that some layouts lack.
    pub(super) fn only_if(self, present: bool, add: impl FnOnce(Self) -> Self) -> Self {
        if present { add(self) } else { self }
    }

    /// Adds an identifier.
    pub(super) fn id(self, id: Uuid) -> Self {
        let mut buffer = [0; Hyphenated::LENGTH];
        let text = id.hyphenated().encode_lower(&mut buffer);
        self.text(text)
    }

    /// Adds a date.
    pub(super) fn day(self, day: Day) -> Self {
        self.field(|bytes| write_day(bytes, day))
    }

    /// Adds a moment in UTC.
    pub(super) fn moment(self, moment: Moment) -> Self {
        self.field(|bytes| {
            write_day(bytes, moment.day());
            let second = u64::from(moment.second_of_day());
            bytes.push(b'T');
            write_digits(bytes, second / 3600, 2);
            bytes.push(b':');
            write_digits(bytes, second / 60 % 60, 2);
            bytes.push(b':');
            write_digits(bytes, second % 60, 2);
            bytes.push(b'Z');
        })
    }

    /// Adds a whole number.
    pub(super) fn number(self, number: impl Into<u64>) -> Self {
        self.padded(number, 1)
    }

    /// Adds a whole number with leading zeros.
    pub(super) fn padded(self, number: impl Into<u64>, width: usize) -> Self {
        self.field(|bytes| write_digits(bytes, number.into(), width))
    }

    /// Adds cents as dollars with two decimals.
    pub(super) fn money(self, cents: u64) -> Self {
        self.field(|bytes| {
            write_digits(bytes, cents / 100, 1);
            bytes.push(b'.');
            write_digits(bytes, cents % 100, 2);
        })
    }

    /// Adds millionths as a number with six decimals.
    pub(super) fn millionths(self, millionths: i32) -> Self {
        self.field(|bytes| {
            if millionths < 0 {
                bytes.push(b'-');
            }
            let size = u64::from(millionths.unsigned_abs());
            write_digits(bytes, size / 1_000_000, 1);
            bytes.push(b'.');
            write_digits(bytes, size % 1_000_000, 6);
        })
    }
}

fn write_day(bytes: &mut Vec<u8>, day: Day) {
    let date = day.date();
    write_digits(bytes, date.year().unsigned_abs().into(), 4);
    bytes.push(b'-');
    write_digits(bytes, date.month().into(), 2);
    bytes.push(b'-');
    write_digits(bytes, date.day().into(), 2);
}

fn write_digits(bytes: &mut Vec<u8>, number: u64, width: usize) {
    let begin = bytes.len();
    let mut rest = number;
    while rest > 0 || bytes.len() < begin + width {
        bytes.push(b'0' + (rest % 10) as u8);
        rest /= 10;
    }
    if let Some(digits) = bytes.get_mut(begin..) {
        digits.reverse();
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn fields_look_as_synthea_writes_them() {
        let mut bytes = Vec::new();
        let day = Day::of(NaiveDate::from_ymd_opt(2021, 5, 3).unwrap());
        Row::new(&mut bytes)
            .text("Zoë7")
            .maybe(None::<Day>, Row::day)
            .day(day)
            .moment(day.at(7 * 3600 + 8 * 60 + 9))
            .number(0_u32)
            .padded(1_234_u32, 5)
            .money(123_405)
            .money(7)
            .millionths(-71_000_042)
            .only_if(false, |row| row.text("absent"))
            .end();
        let expected = "Zoë7,,2021-05-03,2021-05-03T07:08:09Z,0,01234,1234.05,0.07,-71.000042\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn an_empty_last_field_keeps_its_comma() {
        let mut bytes = Vec::new();
        Row::new(&mut bytes).text("a").text("").end();
        assert_eq!(bytes, b"a,\n");
    }
}
