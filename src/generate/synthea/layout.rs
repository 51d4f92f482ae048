//! The files of an export and their columns, by the age of the exporter. Knows nothing of what fills them.

/// Which generation of Synthea's exporter the files look like. People and events are the same in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Layout {
    /// The newest exporter.
    #[default]
    Latest,
    /// Exports of 2023: no middle names, code systems or provider numbers (NPI).
    Y2023,
    /// Exports of 2022: also no county codes (FIPS) and incomes, procedures have one date, some rows are written twice.
    Y2022,
}

impl Layout {
    /// Every layout, the newest first.
    pub const ALL: [Self; 3] = [Self::Latest, Self::Y2023, Self::Y2022];

    /// Returns the name it goes by on the command line and in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Y2023 => "2023",
            Self::Y2022 => "2022",
        }
    }

    /// Returns the layout of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.name() == name)
    }

    /// Tells whether patients have a middle name.
    pub(super) fn has_middle_name(self) -> bool {
        self == Self::Latest
    }

    /// Tells whether conditions and procedures name their code system.
    pub(super) fn has_code_system(self) -> bool {
        self == Self::Latest
    }

    /// Tells whether organisations and providers have their national number.
    pub(super) fn has_provider_number(self) -> bool {
        self == Self::Latest
    }

    /// Tells whether patients have the code of their county and an income.
    pub(super) fn has_county_and_income(self) -> bool {
        self != Self::Y2022
    }

    /// Tells whether procedures have an end.
    pub(super) fn has_procedure_stop(self) -> bool {
        self != Self::Y2022
    }

    /// Tells whether some rows are written twice.
    pub(super) fn repeats_rows(self) -> bool {
        self == Self::Y2022
    }
}

/// One file of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Patients,
    Encounters,
    Conditions,
    Procedures,
    Medications,
    Organizations,
    Providers,
    Payers,
    PayerTransitions,
}

impl Table {
    /// Every file, in the order of the manifest; the place of each is its number.
    pub(super) const ALL: [Self; 9] = [
        Self::Patients,
        Self::Encounters,
        Self::Conditions,
        Self::Procedures,
        Self::Medications,
        Self::Organizations,
        Self::Providers,
        Self::Payers,
        Self::PayerTransitions,
    ];

    /// Returns the name of the file.
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Patients => "patients.csv",
            Self::Encounters => "encounters.csv",
            Self::Conditions => "conditions.csv",
            Self::Procedures => "procedures.csv",
            Self::Medications => "medications.csv",
            Self::Organizations => "organizations.csv",
            Self::Providers => "providers.csv",
            Self::Payers => "payers.csv",
            Self::PayerTransitions => "payer_transitions.csv",
        }
    }

    /// Returns the first line of the file, without its end.
    pub(super) fn header(self, layout: Layout) -> &'static str {
        match (self, layout) {
            (Self::Patients, Layout::Latest) => {
                "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,MIDDLE,LAST,SUFFIX,MAIDEN,MARITAL,RACE,ETHNICITY,GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,FIPS,ZIP,LAT,LON,HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE,INCOME"
            }
            (Self::Patients, Layout::Y2023) => {
                "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,LAST,SUFFIX,MAIDEN,MARITAL,RACE,ETHNICITY,GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,FIPS,ZIP,LAT,LON,HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE,INCOME"
            }
            (Self::Patients, Layout::Y2022) => {
                "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,LAST,SUFFIX,MAIDEN,MARITAL,RACE,ETHNICITY,GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,ZIP,LAT,LON,HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE"
            }
            (Self::Encounters, _) => {
                "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION,BASE_ENCOUNTER_COST,TOTAL_CLAIM_COST,PAYER_COVERAGE,REASONCODE,REASONDESCRIPTION"
            }
            (Self::Conditions, Layout::Latest) => "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION",
            (Self::Conditions, _) => "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION",
            (Self::Procedures, Layout::Latest) => {
                "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION,BASE_COST,REASONCODE,REASONDESCRIPTION"
            }
            (Self::Procedures, Layout::Y2023) => {
                "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,REASONCODE,REASONDESCRIPTION"
            }
            (Self::Procedures, Layout::Y2022) => {
                "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,REASONCODE,REASONDESCRIPTION"
            }
            (Self::Medications, _) => {
                "START,STOP,PATIENT,PAYER,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,PAYER_COVERAGE,DISPENSES,TOTALCOST,REASONCODE,REASONDESCRIPTION"
            }
            (Self::Organizations, Layout::Latest) => {
                "Id,NAME,ADDRESS,CITY,STATE,ZIP,LAT,LON,PHONE,REVENUE,UTILIZATION,NPI"
            }
            (Self::Organizations, _) => "Id,NAME,ADDRESS,CITY,STATE,ZIP,LAT,LON,PHONE,REVENUE,UTILIZATION",
            (Self::Providers, Layout::Latest) => {
                "Id,ORGANIZATION,NAME,GENDER,SPECIALITY,ADDRESS,CITY,STATE,ZIP,LAT,LON,ENCOUNTERS,PROCEDURES,NPI"
            }
            (Self::Providers, _) => {
                "Id,ORGANIZATION,NAME,GENDER,SPECIALITY,ADDRESS,CITY,STATE,ZIP,LAT,LON,ENCOUNTERS,PROCEDURES"
            }
            (Self::Payers, _) => {
                "Id,NAME,OWNERSHIP,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE,AMOUNT_COVERED,AMOUNT_UNCOVERED,REVENUE,COVERED_ENCOUNTERS,UNCOVERED_ENCOUNTERS,COVERED_MEDICATIONS,UNCOVERED_MEDICATIONS,COVERED_PROCEDURES,UNCOVERED_PROCEDURES,COVERED_IMMUNIZATIONS,UNCOVERED_IMMUNIZATIONS,UNIQUE_CUSTOMERS,QOLS_AVG,MEMBER_MONTHS"
            }
            (Self::PayerTransitions, _) => {
                "PATIENT,MEMBERID,START_DATE,END_DATE,PAYER,SECONDARY_PAYER,PLAN_OWNERSHIP,OWNER_NAME"
            }
        }
    }
}
