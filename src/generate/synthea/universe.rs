//! The houses, clinicians and payers that every patient of one seed shares: always the same 1,200, 1,200 and 10, of which
//! an export names those that were used. Knows no patient.

use uuid::Uuid;

use super::catalogue::encounters::Class;
use super::names::{Name, STREET_KINDS, STREETS};
use super::places::{TOWNS, Town};
use super::random::{Stream, key};

/// Houses in each town.
const HOUSES: usize = FACILITIES.len();

/// The kind of each house of a town.
const FACILITIES: [Facility; 20] = [
    Facility::Hospital,
    Facility::Hospital,
    Facility::UrgentCare,
    Facility::UrgentCare,
    Facility::NursingHome,
    Facility::Hospice,
    Facility::Clinic,
    Facility::Clinic,
    Facility::Clinic,
    Facility::Clinic,
    Facility::Practice,
    Facility::Practice,
    Facility::Practice,
    Facility::Practice,
    Facility::Practice,
    Facility::Practice,
    Facility::Practice,
    Facility::Practice,
    Facility::Practice,
    Facility::Practice,
];

/// The kind of a house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Facility {
    Hospital,
    UrgentCare,
    NursingHome,
    Hospice,
    Clinic,
    Practice,
}

impl Facility {
    /// Returns where encounters of a class take place.
    pub(super) fn of(class: Class) -> Self {
        match class {
            Class::Inpatient | Class::Emergency => Self::Hospital,
            Class::UrgentCare => Self::UrgentCare,
            Class::Nursing => Self::NursingHome,
            Class::Hospice => Self::Hospice,
            Class::Outpatient => Self::Clinic,
            Class::Ambulatory | Class::Virtual | Class::Wellness => Self::Practice,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Hospital => "GENERAL HOSPITAL",
            Self::UrgentCare => "URGENT CARE",
            Self::NursingHome => "NURSING HOME",
            Self::Hospice => "HOSPICE",
            Self::Clinic => "CLINIC",
            Self::Practice => "FAMILY PRACTICE",
        }
    }

    fn speciality(self) -> &'static str {
        match self {
            Self::Hospital => "INTERNAL MEDICINE",
            Self::UrgentCare => "EMERGENCY MEDICINE",
            Self::NursingHome => "GERIATRIC MEDICINE",
            Self::Hospice => "PALLIATIVE MEDICINE",
            Self::Clinic => "SPECIALIST CARE",
            Self::Practice => "GENERAL PRACTICE",
        }
    }
}

/// A house with the one clinician that works there.
#[derive(Debug)]
pub(super) struct Organization {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) city: String,
    pub(super) town: &'static Town,
    pub(super) zip: String,
    pub(super) latitude: i32,
    pub(super) longitude: i32,
    pub(super) phone: String,
    pub(super) npi: u32,
    pub(super) provider: Provider,
}

/// A clinician.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) gender: &'static str,
    pub(super) speciality: &'static str,
    pub(super) npi: u32,
}

/// Who pays.
#[derive(Debug)]
pub(super) struct Payer {
    pub(super) id: Uuid,
    pub(super) plan: &'static Plan,
}

/// What a payer offers.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) ownership: &'static str,
    /// The share of a claim it bears, of a thousand.
    pub(super) share: u32,
    /// Cents a member pays each month.
    pub(super) premium_cents: u64,
}

const fn plan(name: &'static str, ownership: &'static str, share: u32, premium_cents: u64) -> Plan {
    Plan { name, ownership, share, premium_cents }
}

/// The place of Medicare among the payers.
pub(super) const MEDICARE: usize = 0;
/// The place of Medicaid among the payers.
pub(super) const MEDICAID: usize = 1;
/// The place of those who have both.
pub(super) const BOTH: usize = 2;
/// The first private payer.
pub(super) const FIRST_PRIVATE: usize = 3;
/// The place of the payer that stands for none.
pub(super) const NO_INSURANCE: usize = 9;

static PLANS: [Plan; 10] = [
    plan("Medicare", "GOVERNMENT", 800, 16_160),
    plan("Medicaid", "GOVERNMENT", 850, 0),
    plan("Dual Eligible", "GOVERNMENT", 850, 2_000),
    plan("Alder Mutual", "PRIVATE", 700, 41_250),
    plan("Bayside Health Plan", "PRIVATE", 650, 38_700),
    plan("Crestline Insurance", "PRIVATE", 600, 33_500),
    plan("Fairmount Care", "PRIVATE", 550, 29_900),
    plan("Northfield Assurance", "PRIVATE", 750, 47_800),
    plan("Summit Health Cooperative", "PRIVATE", 450, 22_400),
    plan("NO_INSURANCE", "NO_INSURANCE", 0, 0),
];

/// Everything that patients share.
#[derive(Debug)]
pub(super) struct Universe {
    organizations: Vec<Organization>,
    payers: Vec<Payer>,
}

impl Universe {
    /// Makes the houses and payers of a seed.
    pub(super) fn new(seed: u64) -> Self {
        let organizations = (0..TOWNS.len() * HOUSES).map(|place| organization(seed, place)).collect();
        let payers = (PLANS.iter().enumerate())
            .map(|(place, plan)| Payer { id: Stream::new(key(seed, "payer", place as u64)).id(), plan })
            .collect();
        Self { organizations, payers }
    }

    /// Returns every house.
    pub(super) fn organizations(&self) -> &[Organization] {
        &self.organizations
    }

    /// Returns every payer.
    pub(super) fn payers(&self) -> &[Payer] {
        &self.payers
    }

    /// Returns one house.
    pub(super) fn organization(&self, place: usize) -> &Organization {
        &self.organizations[place]
    }

    /// Returns one payer.
    pub(super) fn payer(&self, place: usize) -> &Payer {
        &self.payers[place]
    }
}

/// Returns the part of some cents that a payer bears.
pub(super) fn covered(payer: usize, cents: u64) -> u64 {
    cents * u64::from(PLANS[payer].share) / 1_000
}

/// Draws the place of a house of some kind in a town.
pub(super) fn draw_house(stream: &mut Stream, town: usize, facility: Facility) -> usize {
    let weights = FACILITIES.iter().map(|kind| u32::from(*kind == facility));
    town * HOUSES + stream.weigh(weights)
}

/// Returns the place of the other hospital of the same town.
pub(super) fn other_hospital(place: usize) -> usize {
    // The two hospitals are the first two houses of a town, and a town has an even number of houses.
    place ^ 1
}

fn organization(seed: u64, place: usize) -> Organization {
    let mut stream = Stream::new(key(seed, "organization", place as u64));
    let town = &TOWNS[place / HOUSES];
    let facility = FACILITIES[place % HOUSES];
    let street = stream.choose(&STREETS);
    let address = format!("{} {street} {}", stream.between(1, 2_400), stream.choose(&STREET_KINDS));
    let (zip, extension) = (town.zip, stream.between(1, 9_999));
    let zip = match stream.below(3) {
        0 => format!("{zip:05}"),
        1 => format!("{zip:05}{extension:04}"),
        _ => format!("{zip:05}-{extension:04}"),
    };
    Organization {
        id: stream.id(),
        name: format!("{} {} {}", town.name, stream.choose(&STREETS), facility.title()).to_uppercase(),
        address: address.to_uppercase(),
        city: town.name.to_uppercase(),
        town,
        zip,
        latitude: town.latitude - 50_000 + stream.below(100_000) as i32,
        longitude: town.longitude - 50_000 + stream.below(100_000) as i32,
        // Numbers from 555-0100 to 555-0199 belong to nobody.
        phone: format!("{}55501{:02}", stream.between(201, 989), stream.below(100)),
        npi: provider_number(&mut stream),
        provider: provider(&mut stream, facility),
    }
}

fn provider(stream: &mut Stream, facility: Facility) -> Provider {
    let female = stream.chance(500);
    let (first, last) = (Name::first(stream, female), Name::last(stream));
    Provider {
        id: stream.id(),
        name: format!("{first} {last}"),
        gender: if female { "F" } else { "M" },
        speciality: facility.speciality(),
        npi: provider_number(stream),
    }
}

/// Draws the last nine digits of a national provider number; the first is a 9, with which no real one begins.
fn provider_number(stream: &mut Stream) -> u32 {
    stream.below(1_000_000_000)
}
