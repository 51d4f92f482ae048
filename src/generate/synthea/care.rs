//! What is done and prescribed in each encounter, and what all of it costs. Knows the reason of an encounter, not how it
//! came about.

use super::Window;
use super::calendar::DAY;
use super::catalogue::drugs::{Drug, EVERYDAY};
use super::catalogue::encounters::Class;
use super::catalogue::procedures::usual;
use super::random::Stream;
use super::record::{Encounter, Prescription, Procedure, Record};
use super::universe::covered;

/// Procedures of one encounter, by weight.
const PROCEDURES: [(u32, u32); 12] = [
    (300, 0),
    (215, 1),
    (140, 2),
    (95, 3),
    (70, 4),
    (50, 5),
    (40, 6),
    (30, 8),
    (25, 10),
    (20, 12),
    (10, 14),
    (5, 18),
];

/// The most procedures of one encounter.
const MOST_PROCEDURES: u32 = 30;

/// Prescriptions of one encounter, by weight.
const PRESCRIPTIONS: [(u32, u32); 10] =
    [(650, 0), (140, 1), (70, 2), (50, 3), (32, 4), (20, 5), (15, 6), (12, 8), (7, 10), (4, 12)];

/// How much a house charges beside its median, of a thousand.
const CHARGES: [u32; 12] = [400, 520, 640, 760, 880, 1_000, 1_000, 1_150, 1_350, 1_650, 2_200, 3_600];

/// The chance that a procedure names the reason of its encounter, of a thousand.
const REASON_NAMED: u32 = 550;

/// The chance that an everyday drug names the reason of its encounter, of a thousand.
const DRUG_REASON_NAMED: u32 = 800;

/// Draws the procedures of a record: one after the other, spread over their encounter.
pub(super) fn treat(stream: &mut Stream, record: &mut Record) {
    for (place, encounter) in
        record.encounters.iter().enumerate().filter(|(_, encounter)| encounter.is_care())
    {
        let seconds = encounter.stop.since(encounter.start) as u32;
        let days = seconds / DAY;
        let count = (*stream.pick(&PROCEDURES) + days).min(MOST_PROCEDURES);
        for number in 0..count {
            let common = *stream.pick(usual(encounter.class));
            let first = encounter.treatment.procedure.filter(|_| number == 0);
            let procedure = first.unwrap_or(common);
            let slot = seconds / count;
            let start = encounter.start.plus(slot * number);
            let minutes = stream.between(procedure.minutes.div_ceil(2), procedure.minutes);
            let named = stream.chance(REASON_NAMED);
            record.procedures.push(Procedure {
                encounter: place,
                start,
                stop: start.plus(slot.min(minutes * 60)),
                code: &procedure.code,
                cents: vary(stream, procedure.cents),
                reason: encounter.reason.filter(|_| named),
            });
        }
    }
}

/// Draws the prescriptions of a record: what the reason calls for first, each drug once in an encounter.
pub(super) fn prescribe(stream: &mut Stream, window: &Window, record: &mut Record) {
    let limit = record.person.limit(window);
    for (place, encounter) in
        record.encounters.iter().enumerate().filter(|(_, encounter)| encounter.is_care())
    {
        let begin = record.prescriptions.len();
        for number in 0..*stream.pick(&PRESCRIPTIONS) {
            let meant = encounter.treatment.drugs.get(number as usize).copied();
            let everyday = *stream.pick(&EVERYDAY);
            let drug = meant.unwrap_or(everyday);
            let row = draw_prescription(stream, (place, encounter), drug, meant.is_some());
            let given = record.prescriptions.iter().skip(begin).any(|other| other.drug.code == drug.code);
            if !given {
                let stop = row.stop.filter(|stop| stop.day() < limit);
                record.prescriptions.push(Prescription { stop, ..row });
            }
        }
    }
}

fn draw_prescription(
    stream: &mut Stream,
    (place, encounter): (usize, &Encounter),
    drug: &'static Drug,
    meant: bool,
) -> Prescription {
    let months = if meant && encounter.treatment.lasting { stream.between(1, 18) } else { 0 };
    let days = if months == 0 { stream.between(3, 21) } else { months * 30 };
    let named = stream.chance(DRUG_REASON_NAMED);
    let endless = months > 0 && stream.chance(100);
    let (cents, fills) = (vary(stream, drug.cents), months.max(1));
    Prescription {
        encounter: place,
        start: encounter.start,
        stop: (!endless).then(|| encounter.start.plus(days * DAY)),
        drug,
        fills,
        cents,
        covered_cents: covered(encounter.payer, cents * u64::from(fills)),
        reason: encounter.reason.filter(|_| meant || named),
    }
}

/// Draws what each encounter costs: itself, the house's charge, and what was done. Drugs are billed on their own.
pub(super) fn charge(stream: &mut Stream, record: &mut Record) {
    for encounter in &mut record.encounters {
        let profile = encounter.class.profile();
        let days = encounter.stop.day().days_after(encounter.start.day());
        let charge = profile.charge_cents + profile.daily_cents * days;
        let ratio = u64::from(stream.choose(&CHARGES));
        let extra = if encounter.is_care() { vary(stream, charge) * ratio / 1_000 } else { 0 };
        encounter.claim_cents = u64::from(profile.base_cents) + extra;
    }
    for procedure in &record.procedures {
        if let Some(encounter) = record.encounters.get_mut(procedure.encounter) {
            encounter.claim_cents += procedure.cents;
        }
    }
    for encounter in &mut record.encounters {
        encounter.covered_cents = match encounter.class {
            // Insurers pay check-ups almost in full.
            Class::Wellness if covered(encounter.payer, 1_000) > 0 => encounter.claim_cents * 95 / 100,
            _ => covered(encounter.payer, encounter.claim_cents),
        };
    }
}

/// Draws cents up to a tenth above or below a price.
fn vary(stream: &mut Stream, cents: u32) -> u64 {
    u64::from(cents) * u64::from(stream.between(900, 1_100)) / 1_000
}
