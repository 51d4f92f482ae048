//! What the values of a column can be, in one number a value: classes are bits, and the bits of all values together
//! tell the type, as dbt's reader has it. The rules are dbt's; the work is done by SQL macros of a scratch database.

/// Nothing but a text.
pub(super) const TEXT: i64 = 1;
/// A whole number of 32 bits.
pub(super) const SHORT: i64 = 2;
/// A whole number of 64 bits, or beyond.
pub(super) const LONG: i64 = 4;
/// A number with decimal places, or so long that dbt takes it for one.
pub(super) const DECIMAL: i64 = 8;
/// A date.
pub(super) const DATE: i64 = 16;
/// A date and a time with a blank between.
pub(super) const DATETIME: i64 = 32;
/// A date and a time as ISO 8601 writes them.
pub(super) const ISO: i64 = 64;
/// A truth.
pub(super) const TRUTH: i64 = 128;
/// A word or blanks that are null unless the column is a text.
pub(super) const NULL_WORD: i64 = 256;
/// A number that is written with more than its digits: `$ 5`, `1,000`, `6%`.
pub(super) const DECORATED: i64 = 512;

/// The bits of types.
const TYPES: i64 = TEXT | SHORT | LONG | DECIMAL | DATE | DATETIME | ISO | TRUTH;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Long,
    Float,
    Date,
    Timestamp,
    Boolean,
    Text,
}

impl Kind {
    /// Returns the type of a column whose values have these bits. A column of nulls is of whole numbers.
    pub(super) fn of(bits: i64) -> Self {
        let bits = bits & TYPES;
        let only = |allowed: i64| bits & !allowed == 0;
        match bits {
            _ if only(SHORT) => Kind::Integer,
            _ if only(SHORT | LONG) => Kind::Long,
            _ if only(SHORT | LONG | DECIMAL) => Kind::Float,
            DATE => Kind::Date,
            DATETIME | ISO => Kind::Timestamp,
            TRUTH => Kind::Boolean,
            _ => Kind::Text,
        }
    }

    /// Returns the SQL type that dbt gives a seed's column.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Kind::Integer => "integer",
            // dbt says `integer` there, and then cannot load it.
            Kind::Long => "bigint",
            Kind::Float => "float8",
            Kind::Date => "date",
            Kind::Timestamp => "timestamp without time zone",
            Kind::Boolean => "boolean",
            Kind::Text => "text",
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Kind::Integer | Kind::Long | Kind::Float)
    }
}

/// What Python takes for blanks.
const BLANKS: &str = " \t\n\r\u{b}\u{c}\u{1c}\u{1d}\u{1e}\u{1f}\u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\
    \u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// A text with blanks at one of its ends.
const PADDED: &str = r"^[\s\x{b}\x{1c}-\x{1f}\x{85}\p{Z}]|[\s\x{b}\x{1c}-\x{1f}\x{85}\p{Z}]$";

/// Signs of currencies that may stand around a number, in the order in which they are taken away.
const CURRENCIES: &str = "؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫";

/// Returns SQL for a text without the blanks around it.
pub(super) fn trimmed(text: &str) -> String {
    // Few values have blanks around them, and to look for so many characters takes its time.
    format!("case when regexp_matches({text}, '{PADDED}') then trim({text}, '{BLANKS}') else {text} end")
}

/// Returns SQL for whether a text stands for null in a column that is no text.
pub(super) fn is_null_word(text: &str) -> String {
    format!("lower({}) in ('', 'null')", trimmed(text))
}

/// Returns SQL for the plain text of a number however it is written: no percent, no currency, no groups of thousands.
/// What is worked out is bound to a name each time, or the statement would double with each step.
pub(super) fn plain_number(text: &str) -> String {
    let bare = format!("trim({}, '%')", trimmed(text));
    let unsigned = "case when bare like '-%' then substr(bare, 2) else bare end".to_owned();
    let plain = CURRENCIES.chars().fold(unsigned, |text, sign| format!("trim({text}, '{sign}')"));
    let digits = format!("replace({}, '_', '')", trimmed(&format!("replace({plain}, ',', '')")));
    // A sign that was in front of all, and one that comes to light behind a currency: twice less is more.
    let signed = "case
        when bare not like '-%' then digits
        when digits like '-%' then substr(digits, 2)
        when digits like '+%' then '-' || substr(digits, 2)
        else '-' || digits end";
    bind("bare", &bare, &bind("digits", &digits, signed))
}

/// Returns SQL for an expression in which a name stands for a value.
fn bind(name: &str, value: &str, expression: &str) -> String {
    format!("list_transform([{value}], lambda {name}: {expression})[1]")
}

const WHOLE: &str = "[0-9]+";
const NUMBER: &str = r"[-+]?(\p{Nd}+(\.\p{Nd}*)?|\.\p{Nd}+)([eE][-+]?\p{Nd}+)?";
const NO_NUMBER: &str = r"(?i)[-+]?(inf|infinity|nan[0-9]*)";
const TRUE_OR_FALSE: &str = r"(?i)[\s,]*(t,*r,*u,*e|f,*a,*l,*s,*e)[\s,]*";
/// What may stand in a value that is more than a text: few texts are looked at any further.
const MARKS: &str = r"[-+%,._:TWZeE\p{Nd}\p{Sc}ƒ\s\x{1c}-\x{1f}\x{85}\p{Z}]*";
const DAY: &str = "[0-9]{4}-(1[0-2]|0[1-9]|[1-9])-(3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9])";
const CLOCK: &str = "(2[0-3]|[01][0-9]|[0-9]):([0-5][0-9]|[0-9]):([0-5][0-9]|[0-9])";
const ISO_DAY: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-W[0-9]{2}(-[0-9])?|[0-9]{4}W[0-9]{2}[0-9]?\
    |[0-9]{4}-?[0-9]{3}|[0-9]{4}-?(0[0-9]|1[0-2])|[0-9]{4}|[0-9]{2}";
const ISO_CLOCK: &str = "([01][0-9]|2[0-3])((:[0-5][0-9]:[0-5][0-9]|[0-5][0-9][0-5][0-9]|:?[0-5][0-9])?([,.][0-9]+)?)\
    (Z|[-+][0-9]{2}(:?[0-9]{2})?)?";

/// Returns the statements that define the macros of a scratch database; `seed_class` gives the bits of one value.
pub(super) fn macros() -> String {
    let date = "try_cast(replace(s, ' ', '') as date)";
    let iso_date = "try_cast(regexp_replace(regexp_extract(s, '^[^T]+'), \
        '^([0-9]{4})-?([0-9]{2})-?([0-9]{2})$', '\\1-\\2-\\3').replace('-00-', '-01-') as date)";
    let decorated = format!(
        "case when regexp_full_match(plain, '{NUMBER}|{NO_NUMBER}') then seed_number(plain) | case when plain = s then 0 else {DECORATED} end else {TEXT} end"
    );
    let full = |pattern: &str| format!("regexp_full_match(s, '{pattern}')");
    format!(
        "create macro seed_whole(s) as case
            when try_cast(s as integer) is not null then {SHORT}
            -- Digits of other scripts: that they cannot be loaded is told when they are.
            when regexp_matches(s, '[^ -~]') then {SHORT} else {LONG} end;
        create macro seed_number(plain) as {number};
        create macro seed_class_trimmed(s) as case
            when s = '' or lower(s) = 'null' then {NULL_WORD}
            when {whole} then case when length(s) > 28 then seed_number(s) else seed_whole(s) end
            when {fraction} then case when length(s) > 28 then seed_number(s)
                when regexp_matches(s, '[.][0-9]*[1-9]') then {DECIMAL} else seed_whole(s) end
            when {day} then case when s not like '0000%' and {date} is not null then {DATE} else {TEXT} end
            when {time} then case when s not like '0000%'
                and try_cast(regexp_extract(s, '^[0-9]+-[0-9]+-( [1-9]|[0-9]+)').replace('- ', '-') as date) is not null
                then {DATETIME} else {TEXT} end
            when {iso} then case when s not like '0000%'
                and (not regexp_matches(s, '^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{8}})T') or {iso_date} is not null)
                then {ISO} else {TEXT} end
            when {truth} then {TRUTH}
            else {decorated} end;
        create macro seed_class(s) as case
            when s is null then 0
            when {short} then {SHORT}
            when {point} then case when regexp_matches(s, '[.][0-9]*[1-9]') then {DECIMAL} else {SHORT} end
            when not {maybe} then {TEXT}
            else {other} end;",
        number = number(),
        decorated = bind("plain", &plain_number("s"), &decorated),
        short = full("-?[0-9]{1,9}"),
        point = full("-?[0-9]{1,9}[.][0-9]{1,12}"),
        truth = full(TRUE_OR_FALSE),
        maybe = full(&format!("{MARKS}((?i:null|true|false|inf|infinity|nan[0-9]*){MARKS})?|[\\s\\p{{Z}}]*{TRUE_OR_FALSE}")),
        other = bind("t", &trimmed("s"), "seed_class_trimmed(t)"),
        whole = full(&format!("-?{WHOLE}")),
        fraction = full(&format!("-?{WHOLE}[.]{WHOLE}")),
        day = full(DAY),
        time = full(&format!("{DAY}\\s+{CLOCK}")),
        iso = full(&format!("({ISO_DAY})T{ISO_CLOCK}")),
    )
}

/// Returns SQL for the bits of a number in plain text. dbt counts with 28 digits: `seen` are those that it sees, and
/// `power` is that of the last of them.
fn number() -> String {
    let figures = "ltrim(regexp_replace(regexp_replace(plain, '[eE].*$', ''), '[^\\p{Nd}]', '', 'g'), '0')";
    let after_point = "length(regexp_extract(plain, '[.](\\p{Nd}*)', 1))";
    let exponent = "coalesce(try_cast(regexp_extract(plain, '[eE]([-+]?[0-9]+)$', 1) as integer), 0)";
    let power = format!("{exponent} - {after_point} + greatest(length(figures) - 28, 0)");
    let places = format!(
        "case
            when seen = '' then {SHORT}
            when power + length(seen) - length(rtrim(seen, '0')) < 0 then {DECIMAL}
            when power + length(seen) > 28 then {DECIMAL}
            else seed_whole(plain) end"
    );
    let seen = bind("seen", "left(figures, 28)", &bind("power", &power, &places));
    let finite = bind("figures", figures, &seen);
    format!("case when regexp_full_match(plain, '{NO_NUMBER}') then {DECIMAL} else {finite} end")
}
