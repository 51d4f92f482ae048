//! Reading a seed with DuckDB's reader, in a scratch database of its own: what goes wrong there leaves the transaction
//! that the seed is loaded in untouched, and seeds of other databases are read by the same rules.

use std::sync::LazyLock;

use bigdecimal::BigDecimal;
use regex::Regex;

use crate::adapter::duckdb::memory::Memory;
use crate::adapter::{AdapterError, duckdb};
use crate::base::table::{Cell, Table};
use crate::run::seeds::classes::{self, Kind};
use crate::run::seeds::file::{SeedError, SeedFile};

/// How many rows of a seed are in memory at a time where they are sent one by one.
const PAGE: usize = 10_000;

/// One column of a seed.
#[derive(Debug, Clone)]
pub(super) struct SeedColumn {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether the seed says its type itself, so that its values are taken as they stand.
    is_forced: bool,
    /// What its values are written with.
    bits: i64,
}

/// A seed whose every row was looked at once.
#[derive(Debug, Clone)]
pub(super) struct Seed {
    pub(super) file: SeedFile,
    pub(super) columns: Vec<SeedColumn>,
    pub(super) rows: usize,
}

impl Seed {
    /// Reads the header and looks at every row. `forced` names columns whose type is not to be found out.
    pub(super) fn read(file: SeedFile, forced: &[String]) -> Result<Self, SeedError> {
        let names = file.header()?;
        let mut columns: Vec<SeedColumn> = names
            .into_iter()
            .map(|name| SeedColumn { is_forced: forced.contains(&name), name, kind: Kind::Text, bits: 0 })
            .collect();
        // One expression for all columns: a hundred of them take no longer to plan than one.
        let values: Vec<String> = (0..columns.len()).map(|at| format!("c{at}")).collect();
        let classes = format!(
            "select place, count(*), bit_or(seed_class(value)) from \
             (select unnest([{}]) as value, unnest(range({})) as place from {}) group by place order by place",
            values.join(", "),
            columns.len(),
            source(&file, columns.len())
        );
        let table = scratch(&file, columns.len(), &classes)?;
        let mut rows = 0;
        // A file without rows gives nothing here.
        for (found, column) in table.rows.iter().zip(&mut columns) {
            let mut numbers = found.iter().skip(1).filter_map(Cell::to_i64);
            rows = numbers.next().and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
            column.bits = numbers.next().unwrap_or(0);
        }
        for column in columns.iter_mut().filter(|column| !column.is_forced) {
            column.kind = Kind::of(column.bits);
        }
        Ok(Self { file, columns, rows })
    }

    /// Returns the query that gives the rows as texts that a cast to the columns' types takes.
    pub(super) fn query(&self) -> String {
        let values: Vec<String> =
            self.columns.iter().enumerate().map(|(at, column)| column.text(at)).collect();
        let source = source_quoted(&self.file, self.columns.len(), self.quote());
        format!("select {} from {source}", values.join(", "))
    }

    /// Returns what values are quoted with while rows are loaded. dbt-duckdb leaves that to DuckDB's `COPY`, which
    /// takes single quotes for quotes where it sees no double ones.
    fn quote(&self) -> char {
        let question = format!(
            "select \"Quote\" from sniff_csv({}, header = true, delim = {})",
            quoted(&self.file.path.to_string_lossy()),
            quoted(&char::from(self.file.delimiter).to_string())
        );
        let found = duckdb::ask_in_memory(&classes::macros(), &question).ok();
        let found = found.and_then(|table| table.rows.first().and_then(|row| row.first().map(Cell::to_text)));
        if found.as_deref() == Some("'") { '\'' } else { '"' }
    }

    /// Reads all rows, as values of the columns' types.
    pub(super) fn all_rows(&self) -> Result<Vec<Vec<Cell>>, SeedError> {
        let mut table = scratch(&self.file, self.columns.len(), &self.values())?;
        table.rows.iter_mut().for_each(|row| self.numbers(row));
        Ok(table.rows)
    }

    /// Reads the rows page by page, as values of the columns' types.
    pub(super) fn pages(&self) -> Result<Pages, SeedError> {
        let refused = |error: AdapterError| {
            let broken = self.file.broken(self.columns.len());
            broken.unwrap_or_else(|| SeedError::Refused(error.to_string()))
        };
        let memory = Memory::open().map_err(refused)?;
        let read = format!("{}; create temp table seed as {}", classes::macros(), self.values());
        memory.run(&read).map_err(refused)?;
        Ok(Pages { seed: self.clone(), memory, next: 0, page: Vec::new().into_iter() })
    }

    /// Returns the query for the values that templates see.
    fn values(&self) -> String {
        let values: Vec<String> =
            self.columns.iter().enumerate().map(|(at, column)| column.value(at)).collect();
        format!("select {} from {}", values.join(", "), source(&self.file, self.columns.len()))
    }

    /// Makes numbers of the texts of columns of numbers.
    fn numbers(&self, row: &mut [Cell]) {
        for (cell, column) in row.iter_mut().zip(&self.columns).filter(|(_, column)| column.kind.is_number())
        {
            *cell = number(cell, column.kind);
        }
    }
}

/// The rows of a seed, of which a page is in memory at a time.
pub(super) struct Pages {
    seed: Seed,
    memory: Memory,
    next: usize,
    page: std::vec::IntoIter<Vec<Cell>>,
}

impl Iterator for Pages {
    type Item = Result<Vec<Cell>, SeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0 && self.next < self.seed.rows {
            let end = self.next + PAGE;
            let question =
                format!("select * from seed where rowid >= {} and rowid < {end} order by rowid", self.next);
            self.next = end;
            match self.memory.ask(&question) {
                Ok(table) => self.page = table.rows.into_iter(),
                Err(error) => return Some(Err(SeedError::Refused(error.to_string()))),
            }
        }
        let mut row = self.page.next()?;
        self.seed.numbers(&mut row);
        Some(Ok(row))
    }
}

impl SeedColumn {
    /// Returns SQL for the text that is cast when the row is loaded.
    fn text(&self, at: usize) -> String {
        let raw = format!("c{at}");
        let text = if self.has(classes::DECORATED) && self.kind.is_number() {
            classes::plain_number(&raw)
        } else {
            raw.clone()
        };
        if self.has(classes::NULL_WORD) && self.kind != Kind::Text {
            return format!("case when {} then null else {text} end", classes::is_null_word(&raw));
        }
        text
    }

    /// Returns SQL for the value that templates see: there, the word `null` is nothing in texts as well.
    fn value(&self, at: usize) -> String {
        let raw = format!("c{at}");
        let text = match self.kind {
            Kind::Date => format!("try_cast({} as date)", self.text(at)),
            Kind::Timestamp => format!("try_cast({} as timestamp)", self.text(at)),
            Kind::Boolean => format!("try_cast({} as boolean)", self.text(at)),
            Kind::Text => raw.clone(),
            Kind::Integer | Kind::Long | Kind::Float => classes::plain_number(&raw),
        };
        format!("case when {} then null else {text} end", classes::is_null_word(&raw))
    }

    fn has(&self, bit: i64) -> bool {
        self.bits & bit != 0
    }
}

/// Makes a number of its plain text; what is none stays a text.
fn number(cell: &Cell, kind: Kind) -> Cell {
    let Cell::Text(text) = cell else { return cell.clone() };
    match (kind, text.parse::<i128>(), text.parse::<BigDecimal>()) {
        (Kind::Integer | Kind::Long, Ok(whole), _) => Cell::Int(whole),
        (_, _, Ok(decimal)) => Cell::Decimal(decimal),
        _ => cell.clone(),
    }
}

/// The most bytes that one row may have: buffers of the reader are as many times as large.
const LONGEST_ROW: usize = 16 << 20;

/// Returns SQL for the file as a table of texts `c0`, `c1`, ... in the one dialect that seeds have. Nothing is guessed.
pub(super) fn source(file: &SeedFile, columns: usize) -> String {
    source_quoted(file, columns, '"')
}

fn source_quoted(file: &SeedFile, columns: usize, quote: char) -> String {
    let named: Vec<String> = (0..columns).map(|at| format!("'c{at}': 'VARCHAR'")).collect();
    let quote = quoted(&quote.to_string());
    format!(
        "read_csv({}, auto_detect = false, header = true, delim = {}, quote = {quote}, escape = {quote}, \
         max_line_size = {LONGEST_ROW}, columns = {{{}}})",
        quoted(&file.path.to_string_lossy()),
        quoted(&char::from(file.delimiter).to_string()),
        named.join(", ")
    )
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Asks a question about the file in a database that is there for it alone.
fn scratch(file: &SeedFile, columns: usize, question: &str) -> Result<Table, SeedError> {
    let refused = |error: AdapterError| SeedError::Refused(error.to_string());
    duckdb::ask_in_memory(&classes::macros(), question)
        .map_err(|error| file.broken(columns).unwrap_or_else(|| refused(error)))
}

static COMPLAINT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?s)(?:string|value|field value|from string) ['"](.*?)['"] "#).ok());

/// Finds the row that holds the value which a database complains of.
pub(super) fn complained(file: &SeedFile, message: &str) -> Option<SeedError> {
    let value = COMPLAINT.as_ref()?.captures(message)?.get(1)?.as_str();
    file.holding(value)
}
