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

/// Signs of currencies that may stand around a number, in the order in which they are taken away.
const CURRENCIES: &str = "؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫";

/// Returns SQL for a text without the blanks around it.
pub(super) fn trimmed(text: &str) -> String {
    format!("trim({text}, '{BLANKS}')")
}

/// Returns SQL for whether a text stands for null in a column that is no text.
pub(super) fn is_null_word(text: &str) -> String {
    format!("lower({}) in ('', 'null')", trimmed(text))
}

/// Returns SQL for the digits of a number, without blanks around it: no percent, no currency, no groups of thousands.
fn digits(text: &str) -> String {
    let bare = format!("trim({text}, '%')");
    let unsigned = format!("(case when {bare} like '-%' then substr({bare}, 2) else {bare} end)");
    let plain = CURRENCIES.chars().fold(unsigned, |text, sign| format!("trim({text}, '{sign}')"));
    format!("replace({}, '_', '')", trimmed(&format!("replace({plain}, ',', '')")))
}

/// Returns SQL for the plain text of a number however it is written.
pub(super) fn plain_number(text: &str) -> String {
    let text = trimmed(text);
    let sign = format!("case when trim({text}, '%') like '-%' then '-' else '' end");
    let signed = format!("concat({sign}, {})", digits(&text));
    // Twice less is more.
    format!("regexp_replace(regexp_replace({signed}, '^--', ''), '^-?[+]', case when {sign} = '-' then '-' else '' end)")
}

const WHOLE: &str = "[0-9]+";
const NUMBER: &str = r"[-+]?(\p{Nd}+(\.\p{Nd}*)?|\.\p{Nd}+)([eE][-+]?\p{Nd}+)?";
const NO_NUMBER: &str = r"(?i)[-+]?(inf|infinity|nan[0-9]*)";
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
    let full = |pattern: &str| format!("regexp_full_match(s, '{pattern}')");
    format!(
        "create macro seed_digits(s) as {digits};
        create macro seed_plain(s) as {plain};
        create macro seed_whole(s) as case when try_cast(s as integer) is null then {LONG} else {SHORT} end;
        -- dbt counts with 28 digits: `first` are those that it sees, and `power` is that of the last one.
        create macro seed_places(plain, first, power) as case
            when first = '' then {SHORT}
            when power + length(first) - length(rtrim(first, '0')) < 0 then {DECIMAL}
            when power + length(first) > 28 then {DECIMAL}
            else seed_whole(plain) end;
        create macro seed_number(plain, figures, after_point, exponent) as
            seed_places(plain, left(figures, 28), exponent - length(after_point) + greatest(length(figures) - 28, 0));
        create macro seed_decorated(plain) as case
            when regexp_full_match(plain, '{NO_NUMBER}') then {DECIMAL}
            else seed_number(plain,
                ltrim(regexp_replace(regexp_replace(plain, '[eE].*$', ''), '[^\\p{{Nd}}]', '', 'g'), '0'),
                regexp_extract(plain, '\\.(\\p{{Nd}}*)', 1),
                coalesce(try_cast(regexp_extract(plain, '[eE]([-+]?[0-9]+)$', 1) as integer), 0)) end;
        create macro seed_class_trimmed(s) as case
            when s = '' or lower(s) = 'null' then {NULL_WORD}
            when {whole} then case when length(s) > 28 then seed_decorated(s) else seed_whole(s) end
            when {fraction} then case when length(s) > 28 then seed_decorated(s)
                when regexp_matches(s, '[.][0-9]*[1-9]') then {DECIMAL} else seed_whole(s) end
            when not regexp_matches(s, '(?i)\\p{{Nd}}|nan|inf|true|false') then {TEXT}
            when {day} then case when s not like '0000%' and {date} is not null then {DATE} else {TEXT} end
            when {time} then case when s not like '0000%'
                and try_cast(regexp_extract(s, '^[0-9]+-[0-9]+-( [1-9]|[0-9]+)').replace('- ', '-') as date) is not null
                then {DATETIME} else {TEXT} end
            when {iso} then case when s not like '0000%'
                and (not regexp_matches(s, '^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{8}})T') or {iso_date} is not null)
                then {ISO} else {TEXT} end
            when lower(trim(replace(s, ',', ''))) in ('true', 'false') then {TRUTH}
            when regexp_full_match(seed_digits(s), '{NUMBER}|{NO_NUMBER}')
                then {DECORATED} | seed_decorated(seed_plain(s))
            else {TEXT} end;
        create macro seed_class(s) as case
            when s is null then 0
            when regexp_full_match(s, '-?[0-9]{{1,9}}') then {SHORT}
            else seed_class_trimmed({trimmed}) end;",
        digits = digits("s"),
        plain = plain_number("s"),
        trimmed = trimmed("s"),
        whole = full(&format!("-?{WHOLE}")),
        fraction = full(&format!("-?{WHOLE}[.]{WHOLE}")),
        day = full(DAY),
        time = full(&format!("{DAY}\\s+{CLOCK}")),
        iso = full(&format!("({ISO_DAY})T{ISO_CLOCK}")),
    )
}
