//! What houses, clinicians and payers did for all patients, and their rows: only those that were used, in the order of
//! their identifiers.

use super::csv::Row;
use super::layout::{Layout, Table};
use super::output::Output;
use super::record::Record;
use super::universe::{Organization, Payer, Universe};
use crate::base::fs::FileError;

/// Sums over all patients, by place in the universe.
#[derive(Debug)]
pub(super) struct Totals {
    houses: Vec<House>,
    payers: Vec<Account>,
}

#[derive(Debug, Clone, Default)]
struct House {
    encounters: u64,
    procedures: u64,
    revenue_cents: u64,
}

#[derive(Debug, Clone, Default)]
struct Account {
    used: bool,
    covered_cents: u64,
    uncovered_cents: u64,
    encounters: u64,
    medications: u64,
    procedures: u64,
    customers: u64,
    months: u64,
}

impl Totals {
    /// Starts with nothing.
    pub(super) fn new(universe: &Universe) -> Self {
        Self {
            houses: vec![House::default(); universe.organizations().len()],
            payers: vec![Account::default(); universe.payers().len()],
        }
    }

    /// Adds one patient.
    pub(super) fn add(&mut self, record: &Record) {
        for encounter in &record.encounters {
            let house = &mut self.houses[encounter.organization];
            house.encounters += 1;
            house.revenue_cents += encounter.claim_cents;
            let payer = &mut self.payers[encounter.payer];
            payer.used = true;
            payer.encounters += 1;
            payer.covered_cents += encounter.covered_cents;
            payer.uncovered_cents += encounter.claim_cents - encounter.covered_cents;
        }
        for procedure in &record.procedures {
            let encounter = &record.encounters[procedure.encounter];
            self.houses[encounter.organization].procedures += 1;
            self.payers[encounter.payer].procedures += 1;
        }
        for prescription in &record.prescriptions {
            let payer = &mut self.payers[record.encounters[prescription.encounter].payer];
            payer.medications += 1;
            payer.covered_cents += prescription.covered_cents;
            payer.uncovered_cents += prescription.total_cents() - prescription.covered_cents;
        }
        self.add_periods(record);
    }

    fn add_periods(&mut self, record: &Record) {
        for (number, period) in record.periods.iter().enumerate() {
            let seen = record.periods.iter().take(number).any(|earlier| earlier.payer == period.payer);
            let payer = &mut self.payers[period.payer];
            payer.used = true;
            payer.months += 12;
            payer.customers += u64::from(!seen);
            if let Some(secondary) = period.secondary {
                self.payers[secondary].used = true;
            }
        }
    }

    /// Writes the rows of houses, clinicians and payers.
    pub(super) fn write(
        &self,
        universe: &Universe,
        layout: Layout,
        output: &mut Output,
    ) -> Result<(), FileError> {
        let mut used: Vec<(&Organization, &House)> = universe
            .organizations()
            .iter()
            .zip(&self.houses)
            .filter(|(_, house)| house.encounters > 0)
            .collect();
        used.sort_by_key(|(organization, _)| organization.id);
        for (organization, house) in &used {
            output.row(Table::Organizations, |bytes| {
                write_organization(Row::new(bytes), organization, house, layout);
            })?;
        }
        used.sort_by_key(|(organization, _)| organization.provider.id);
        for (organization, house) in &used {
            output.row(Table::Providers, |bytes| {
                write_provider(Row::new(bytes), organization, house, layout);
            })?;
        }
        let mut payers: Vec<(&Payer, &Account)> =
            universe.payers().iter().zip(&self.payers).filter(|(_, account)| account.used).collect();
        payers.sort_by_key(|(payer, _)| payer.id);
        for (payer, account) in payers {
            output.row(Table::Payers, |bytes| write_payer(Row::new(bytes), payer, account))?;
        }
        Ok(())
    }
}

fn write_organization(row: Row<'_>, organization: &Organization, house: &House, layout: Layout) {
    row.id(organization.id)
        .text(&organization.name)
        .place(organization)
        .text(&organization.phone)
        .money(house.revenue_cents)
        .number(house.encounters)
        .npi(organization.npi, layout)
        .end();
}

fn write_provider(row: Row<'_>, organization: &Organization, house: &House, layout: Layout) {
    let provider = &organization.provider;
    row.id(provider.id)
        .id(organization.id)
        .text(&provider.name)
        .text(provider.gender)
        .text(provider.speciality)
        .place(organization)
        .number(house.encounters)
        .number(house.procedures)
        .npi(provider.npi, layout)
        .end();
}

fn write_payer(row: Row<'_>, payer: &Payer, account: &Account) {
    let insured = payer.plan.share > 0;
    let covered = |count: u64| if insured { (count, 0) } else { (0, count) };
    let counts = [account.encounters, account.medications, account.procedures, 0];
    // Address, city, state, ZIP and telephone are empty in real exports too.
    let row = row.id(payer.id).text(payer.plan.name).text(payer.plan.ownership);
    let row = (0..5).fold(row, |row, _| row.text(""));
    let row = row
        .money(account.covered_cents)
        .money(account.uncovered_cents)
        .money(account.months * payer.plan.premium_cents);
    let row = counts.into_iter().map(covered).fold(row, |row, (yes, no)| row.number(yes).number(no));
    row.number(account.customers).millionths(QUALITY_OF_LIFE).number(account.months).end();
}

/// The mean quality of life of a payer's members, in millionths; nothing is made of it.
const QUALITY_OF_LIFE: i32 = 850_000;

impl Row<'_> {
    fn place(self, organization: &Organization) -> Self {
        self.text(&organization.address)
            .text(&organization.city)
            .text(organization.town.state.code)
            .text(&organization.zip)
            .millionths(organization.latitude)
            .millionths(organization.longitude)
    }

    fn npi(self, number: u32, layout: Layout) -> Self {
        self.only_if(layout.has_provider_number(), |row| row.text(&format!("9{number:09}")))
    }
}
