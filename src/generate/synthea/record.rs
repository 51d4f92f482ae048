//! All that is known of one patient, as plain values, and the order in which it is drawn. Knows no file and no column.

use uuid::Uuid;

use super::calendar::{Day, Moment};
use super::catalogue::Code;
use super::catalogue::drugs::Drug;
use super::catalogue::encounters::{Class, DEATH_CERTIFICATION};
use super::catalogue::procedures;
use super::coverage::{self, Period};
use super::papers::Papers;
use super::person::Person;
use super::random::{Stream, key};
use super::{Window, admissions, care, diagnoses, visits};

/// One patient with all events, in the order of time.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) person: Person,
    pub(super) papers: Papers,
    pub(super) periods: Vec<Period>,
    pub(super) encounters: Vec<Encounter>,
    pub(super) conditions: Vec<Condition>,
    pub(super) procedures: Vec<Procedure>,
    pub(super) prescriptions: Vec<Prescription>,
}

/// A contact with a house.
#[derive(Debug, Clone)]
pub(super) struct Encounter {
    pub(super) id: Uuid,
    pub(super) start: Moment,
    pub(super) stop: Moment,
    pub(super) class: Class,
    /// The place of the house in the universe.
    pub(super) organization: usize,
    /// The place of the payer in the universe.
    pub(super) payer: usize,
    pub(super) kind: &'static Code,
    pub(super) reason: Option<&'static Code>,
    pub(super) treatment: Treatment,
    pub(super) claim_cents: u64,
    pub(super) covered_cents: u64,
}

/// What the reason of an encounter calls for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Treatment {
    pub(super) procedure: Option<&'static procedures::Procedure>,
    pub(super) drugs: &'static [&'static Drug],
    /// Whether drugs are taken for months.
    pub(super) lasting: bool,
}

/// A diagnosis or finding, noted on the first day of its encounter.
#[derive(Debug)]
pub(super) struct Condition {
    /// The place of the encounter in the record.
    pub(super) encounter: usize,
    pub(super) start: Day,
    pub(super) stop: Option<Day>,
    pub(super) code: &'static Code,
}

/// Something done in an encounter.
#[derive(Debug)]
pub(super) struct Procedure {
    pub(super) encounter: usize,
    pub(super) start: Moment,
    pub(super) stop: Moment,
    pub(super) code: &'static Code,
    pub(super) cents: u64,
    pub(super) reason: Option<&'static Code>,
}

/// A drug ordered in an encounter, from its first second on.
#[derive(Debug)]
pub(super) struct Prescription {
    pub(super) encounter: usize,
    pub(super) start: Moment,
    pub(super) stop: Option<Moment>,
    pub(super) drug: &'static Drug,
    pub(super) fills: u32,
    pub(super) cents: u64,
    pub(super) covered_cents: u64,
    pub(super) reason: Option<&'static Code>,
}

impl Encounter {
    /// Tells whether the patient is seen alive: all but the certification of death.
    pub(super) fn is_care(&self) -> bool {
        *self.kind != DEATH_CERTIFICATION
    }

    /// Makes an encounter that has no reason and costs nothing yet.
    pub(super) fn new(
        id: Uuid,
        (start, stop): (Moment, Moment),
        class: Class,
        organization: usize,
        kind: &'static Code,
    ) -> Self {
        Self {
            id,
            start,
            stop,
            class,
            organization,
            payer: 0,
            kind,
            reason: None,
            treatment: Treatment::default(),
            claim_cents: 0,
            covered_cents: 0,
        }
    }
}

impl Prescription {
    /// Returns the cents of all fills.
    pub(super) fn total_cents(&self) -> u64 {
        self.cents * u64::from(self.fills)
    }
}

impl Record {
    /// Draws the record of a patient. It depends on the seed, the number and the window alone; each topic has a stream of
    /// its own, so that a change in one leaves the others as they are.
    pub(super) fn draw(seed: u64, number: u64, window: &Window) -> Self {
        let patient = key(seed, "patient", number);
        let topic = |name| Stream::new(key(patient, name, 0));
        let mut person = Person::draw(&mut topic("person"), window);
        let mut encounters = Vec::new();
        admissions::draw(&mut topic("admissions"), &mut person, window, &mut encounters);
        visits::draw(&mut topic("visits"), &person, window, &mut encounters);
        encounters.sort_by_key(|encounter| (encounter.start, encounter.stop, encounter.id));
        let papers = Papers::draw(&mut topic("papers"), &person, window);
        let mut periods = Vec::new();
        coverage::draw(&mut topic("coverage"), (&person, &papers), window, &mut periods);
        for encounter in &mut encounters {
            encounter.payer = coverage::payer_at(&periods, encounter.start);
        }
        let mut record = Self {
            person,
            papers,
            periods,
            encounters,
            conditions: Vec::new(),
            procedures: Vec::new(),
            prescriptions: Vec::new(),
        };
        diagnoses::draw(&mut topic("conditions"), window, &mut record);
        care::treat(&mut topic("procedures"), &mut record);
        care::prescribe(&mut topic("prescriptions"), window, &mut record);
        care::charge(&mut topic("costs"), &mut record);
        record.sort();
        record
    }

    /// Puts events in the order of time, and those of one moment in the order of their codes.
    fn sort(&mut self) {
        self.conditions.sort_by_key(|row| (row.start, row.code.code, row.encounter));
        self.procedures.sort_by_key(|row| (row.start, row.code.code, row.encounter));
        self.prescriptions.sort_by_key(|row| (row.start, row.drug.code.code, row.encounter));
    }
}
