//! One patient's record as rows of the files. Knows the columns, not how their values came about.

use super::catalogue::Code;
use super::csv::Row;
use super::layout::{Layout, Table};
use super::names::Name;
use super::output::Output;
use super::person::Home;
use super::places::TOWNS;
use super::random::Stream;
use super::record::{Condition, Encounter, Prescription, Procedure, Record};
use super::universe::Universe;
use crate::base::fs::FileError;

/// The code system of conditions and procedures.
const SYSTEM: &str = "SNOMED-CT";

/// The chance that a row is written twice where a layout repeats rows, of a thousand.
const REPEATS: u32 = 10;

/// Writes the rows of one patient. `repeats` decides which rows are written twice.
pub(super) fn write(
    record: &Record,
    universe: &Universe,
    layout: Layout,
    repeats: &mut Stream,
    output: &mut Output,
) -> Result<(), FileError> {
    let writer = Writer { record, universe, layout };
    output.row(Table::Patients, |bytes| writer.patient(Row::new(bytes)))?;
    for encounter in &record.encounters {
        output.row(Table::Encounters, |bytes| writer.encounter(Row::new(bytes), encounter))?;
    }
    let mut event = |table, write: &dyn Fn(&mut Vec<u8>)| {
        if layout.repeats_rows() && repeats.chance(REPEATS) {
            output.row_twice(table, write)
        } else {
            output.row(table, write)
        }
    };
    for condition in &record.conditions {
        event(Table::Conditions, &|bytes| writer.condition(Row::new(bytes), condition))?;
    }
    for procedure in &record.procedures {
        event(Table::Procedures, &|bytes| writer.procedure(Row::new(bytes), procedure))?;
    }
    for prescription in &record.prescriptions {
        event(Table::Medications, &|bytes| writer.medication(Row::new(bytes), prescription))?;
    }
    writer.payer_transitions(output)
}

/// The record being written, with what its rows point to.
#[derive(Clone, Copy)]
struct Writer<'a> {
    record: &'a Record,
    universe: &'a Universe,
    layout: Layout,
}

impl Writer<'_> {
    fn patient(self, row: Row<'_>) {
        let (person, papers, layout) = (&self.record.person, &self.record.papers, self.layout);
        let town = &TOWNS[person.home.town];
        let birthplace = papers.birthplace;
        let (expenses, coverage) = self.costs();
        let row = row
            .id(person.id)
            .day(person.birth)
            .maybe(person.death, Row::day)
            .text(&format!("999-{:02}-{:04}", papers.ssn.0, papers.ssn.1))
            .maybe(papers.licence, |row, number| row.text(&format!("S999{number:05}")))
            .maybe(papers.passport, |row, number| row.text(&format!("X{number:08}X")))
            .text(papers.prefix)
            .name(papers.first)
            .only_if(layout.has_middle_name(), |row| row.maybe(papers.middle, Row::name))
            .name(papers.last)
            .text(papers.suffix)
            .maybe(papers.maiden, Row::name)
            .text(papers.marital)
            .text(papers.race)
            .text(papers.ethnicity)
            .text(if person.female { "F" } else { "M" })
            // Synthea puts a blank for each comma, beside the blank that followed it.
            .text(&format!("{}  {}  US", birthplace.name, birthplace.state.name))
            .text(&address(&person.home))
            .text(town.name)
            .text(town.state.name)
            .text(&format!("{} County", town.county));
        let fips = person.home.zip.map(|_| town.fips);
        row.only_if(layout.has_county_and_income(), |row| row.maybe(fips, |row, fips| row.padded(fips, 5)))
            .padded(person.home.zip.unwrap_or(0), 5)
            .millionths(person.home.latitude)
            .millionths(person.home.longitude)
            .money(expenses)
            .money(coverage)
            .only_if(layout.has_county_and_income(), |row| row.number(papers.income))
            .end();
    }

    /// Returns the cents that the patient and that payers bore for encounters and drugs.
    fn costs(self) -> (u64, u64) {
        let encounters = self.record.encounters.iter().map(|row| (row.claim_cents, row.covered_cents));
        let drugs = self.record.prescriptions.iter().map(|row| (row.total_cents(), row.covered_cents));
        encounters.chain(drugs).fold((0, 0), |(expenses, coverage), (total, covered)| {
            (expenses + total - covered, coverage + covered)
        })
    }

    fn encounter(self, row: Row<'_>, encounter: &Encounter) {
        let organization = self.universe.organization(encounter.organization);
        row.id(encounter.id)
            .moment(encounter.start)
            .moment(encounter.stop)
            .id(self.record.person.id)
            .id(organization.id)
            .id(organization.provider.id)
            .id(self.universe.payer(encounter.payer).id)
            .text(encounter.class.name())
            .code(encounter.kind)
            .money(encounter.class.profile().base_cents.into())
            .money(encounter.claim_cents)
            .money(encounter.covered_cents)
            .reason(encounter.reason)
            .end();
    }

    fn condition(self, row: Row<'_>, condition: &Condition) {
        row.day(condition.start)
            .maybe(condition.stop, Row::day)
            .id(self.record.person.id)
            .id(self.encounter_id(condition.encounter))
            .only_if(self.layout.has_code_system(), |row| row.text(SYSTEM))
            .code(condition.code)
            .end();
    }

    fn procedure(self, row: Row<'_>, procedure: &Procedure) {
        row.moment(procedure.start)
            .only_if(self.layout.has_procedure_stop(), |row| row.moment(procedure.stop))
            .id(self.record.person.id)
            .id(self.encounter_id(procedure.encounter))
            .only_if(self.layout.has_code_system(), |row| row.text(SYSTEM))
            .code(procedure.code)
            .money(procedure.cents)
            .reason(procedure.reason)
            .end();
    }

    fn medication(self, row: Row<'_>, prescription: &Prescription) {
        let encounter = &self.record.encounters[prescription.encounter];
        row.moment(prescription.start)
            .maybe(prescription.stop, Row::moment)
            .id(self.record.person.id)
            .id(self.universe.payer(encounter.payer).id)
            .id(encounter.id)
            .code(&prescription.drug.code)
            .money(prescription.cents)
            .money(prescription.covered_cents)
            .number(prescription.fills)
            .money(prescription.total_cents())
            .reason(prescription.reason)
            .end();
    }

    fn payer_transitions(self, output: &mut Output) -> Result<(), FileError> {
        for period in &self.record.periods {
            output.row(Table::PayerTransitions, |bytes| {
                let secondary = period.secondary.map(|place| self.universe.payer(place).id);
                let membership = period.membership.as_ref();
                Row::new(bytes)
                    .id(self.record.person.id)
                    .maybe(membership, |row, membership| row.id(membership.id))
                    .moment(period.start)
                    .moment(period.stop)
                    .id(self.universe.payer(period.payer).id)
                    .maybe(secondary, Row::id)
                    .text(membership.map_or("", |membership| membership.ownership))
                    .maybe(membership, |row, membership| {
                        row.text(&format!("{} {}", membership.owner.0, membership.owner.1))
                    })
                    .end();
            })?;
        }
        Ok(())
    }

    fn encounter_id(self, place: usize) -> uuid::Uuid {
        self.record.encounters[place].id
    }
}

fn address(home: &Home) -> String {
    let flat = home.flat.map_or_else(String::new, |flat| format!(" Apt {flat}"));
    format!("{} {} {}{flat}", home.house, home.street, home.street_kind)
}

impl Row<'_> {
    fn name(self, name: Name) -> Self {
        self.text(&name.to_string())
    }

    fn code(self, code: &Code) -> Self {
        self.text(code.code).text(code.text)
    }

    fn reason(self, reason: Option<&Code>) -> Self {
        match reason {
            Some(reason) => self.code(reason),
            None => self.text("").text(""),
        }
    }
}
