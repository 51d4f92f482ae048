//! Kinds of encounters: classes, their codes, lengths and costs.

use super::Code;

/// The class of an encounter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Ambulatory,
    Emergency,
    Hospice,
    Inpatient,
    Outpatient,
    Nursing,
    UrgentCare,
    Virtual,
    Wellness,
}

impl Class {
    /// Returns the name as exports write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ambulatory => "ambulatory",
            Self::Emergency => "emergency",
            Self::Hospice => "hospice",
            Self::Inpatient => "inpatient",
            Self::Outpatient => "outpatient",
            Self::Nursing => "snf",
            Self::UrgentCare => "urgentcare",
            Self::Virtual => "virtual",
            Self::Wellness => "wellness",
        }
    }

    /// Returns how encounters of the class look.
    pub(crate) fn profile(self) -> &'static Profile {
        match self {
            Self::Ambulatory => &AMBULATORY,
            Self::Emergency => &EMERGENCY,
            Self::Hospice => &HOSPICE,
            Self::Inpatient => &INPATIENT,
            Self::Outpatient => &OUTPATIENT,
            Self::Nursing => &NURSING,
            Self::UrgentCare => &URGENT_CARE,
            Self::Virtual => &VIRTUAL,
            Self::Wellness => &WELLNESS,
        }
    }
}

/// How encounters of one class look.
#[derive(Debug)]
pub(crate) struct Profile {
    /// What they are recorded as, by weight.
    pub(crate) kinds: &'static [(u32, Code)],
    /// The shortest and the longest, in minutes.
    pub(crate) minutes: (u32, u32),
    /// The hours of the day in which they begin.
    pub(crate) hours: (u32, u32),
    /// Cents of the encounter alone.
    pub(crate) base_cents: u32,
    /// Cents of the house's charge on top: the median of one encounter.
    pub(crate) charge_cents: u32,
    /// Cents of that charge for each day of stay.
    pub(crate) daily_cents: u32,
}

/// The classes of visits with their weights; admissions have a process of their own.
pub(crate) const VISITS: [(u32, Class); 8] = [
    (440, Class::Ambulatory),
    (270, Class::Wellness),
    (150, Class::Outpatient),
    (60, Class::UrgentCare),
    (55, Class::Emergency),
    (3, Class::Nursing),
    (2, Class::Hospice),
    (5, Class::Virtual),
];

/// The one encounter after a patient's death. Its text is the mark that exports are read by.
pub(crate) const DEATH_CERTIFICATION: Code = Code::new("308646001", "Death Certification");
/// What a check-up of a child is recorded as.
pub(crate) const CHILD_CHECK_UP: Code = Code::new("410620009", "Child check-up (procedure)");

/// A plain admission.
pub(crate) const ADMISSION: Code = Code::new("32485007", "Hospital admission (procedure)");
/// An admission to a ward.
pub(crate) const WARD: Code = Code::new("305342007", "Admission to a ward (procedure)");
/// An admission to a surgical ward.
pub(crate) const SURGERY: Code = Code::new("305408004", "Admission to surgery (procedure)");
/// An admission to intensive care.
pub(crate) const INTENSIVE_CARE: Code = Code::new("305351004", "Admission to intensive care (procedure)");
/// The second part of a stay that moves to another house.
pub(crate) const TRANSFER: Code = Code::new("397821002", "Transfer to intensive care (procedure)");
/// An admission into isolation.
pub(crate) const ISOLATION: Code = Code::new("1505002", "Admission for isolation (procedure)");
/// An admission to give birth.
pub(crate) const OBSTETRICS: Code = Code::new("183460006", "Obstetric admission (procedure)");
/// A planned admission for bones and joints.
pub(crate) const ORTHOPAEDICS: Code = Code::new("183495009", "Planned orthopaedic admission (procedure)");
/// A planned admission for a transplant.
pub(crate) const TRANSPLANT: Code = Code::new("305432006", "Admission for a transplant (procedure)");
/// A planned admission to withdraw from a drug.
pub(crate) const WITHDRAWAL: Code = Code::new("56876005", "Drug withdrawal programme (regime/therapy)");

const CHECK_UP: Code = Code::new("185349003", "Check-up visit (procedure)");
const SYMPTOM: Code = Code::new("185345009", "Visit for a symptom (procedure)");

static AMBULATORY: Profile = Profile {
    kinds: &[
        (600, Code::new("185347001", "Visit for a problem (procedure)")),
        (150, SYMPTOM),
        (130, Code::new("390906007", "Follow-up visit (procedure)")),
        (120, CHECK_UP),
    ],
    minutes: (15, 60),
    hours: (8, 17),
    base_cents: 8_545,
    charge_cents: 43_000,
    daily_cents: 0,
};

static EMERGENCY: Profile = Profile {
    kinds: &[
        (800, Code::new("50849002", "Emergency room visit (procedure)")),
        (200, Code::new("183452005", "Emergency admission (procedure)")),
    ],
    minutes: (60, 600),
    hours: (0, 23),
    base_cents: 14_618,
    charge_cents: 14_000,
    daily_cents: 0,
};

static HOSPICE: Profile = Profile {
    kinds: &[(1, Code::new("305336008", "Admission to hospice (procedure)"))],
    minutes: (5 * 1_440, 30 * 1_440),
    hours: (8, 17),
    base_cents: 10_348,
    charge_cents: 40_000,
    daily_cents: 42_000,
};

static INPATIENT: Profile = Profile {
    kinds: &[(1, ADMISSION)],
    minutes: (1_440, 43_200),
    hours: (0, 23),
    base_cents: 14_618,
    charge_cents: 420_000,
    daily_cents: 140_000,
};

static OUTPATIENT: Profile = Profile {
    kinds: &[
        (600, CHECK_UP),
        (200, SYMPTOM),
        (200, Code::new("308335008", "Visit of a patient (procedure)")),
    ],
    minutes: (15, 45),
    hours: (8, 17),
    base_cents: 8_545,
    charge_cents: 6_000,
    daily_cents: 0,
};

static NURSING: Profile = Profile {
    kinds: &[(1, Code::new("449411000124106", "Admission to a nursing home (procedure)"))],
    minutes: (5 * 1_440, 30 * 1_440),
    hours: (8, 17),
    base_cents: 13_930,
    charge_cents: 60_000,
    daily_cents: 38_000,
};

static URGENT_CARE: Profile = Profile {
    kinds: &[(1, Code::new("702927004", "Urgent care visit (environment)"))],
    minutes: (15, 45),
    hours: (7, 21),
    base_cents: 14_242,
    charge_cents: 24_000,
    daily_cents: 0,
};

static VIRTUAL: Profile = Profile {
    kinds: &[(1, Code::new("448337001", "Video visit (procedure)"))],
    minutes: (10, 30),
    hours: (8, 17),
    base_cents: 7_500,
    charge_cents: 2_000,
    daily_cents: 0,
};

static WELLNESS: Profile = Profile {
    kinds: &[(1, Code::new("162673000", "General check-up (procedure)"))],
    minutes: (15, 60),
    hours: (8, 16),
    base_cents: 13_670,
    charge_cents: 28_000,
    daily_cents: 0,
};
