//! Why people are admitted to hospital: how often by age, how likely they come back, and how long they stay. These
//! numbers are what gives the data a readmission rate of 15 to 20 % and stays of 4 to 5 days: they are designed in.

use super::Code;
use super::conditions::{
    ANAEMIA, ATRIAL_FIBRILLATION, BROKEN_BONE, DIABETES, HEART_FAILURE, KNEE_ARTHRITIS,
    OBSTRUCTIVE_BRONCHITIS, SEIZURES,
};
use super::drugs::{self, Drug};
use super::encounters::{
    ADMISSION, INTENSIVE_CARE, ISOLATION, OBSTETRICS, ORTHOPAEDICS, SURGERY, TRANSPLANT, WARD, WITHDRAWAL,
};
use super::procedures::{self, Procedure};

/// A reason to be admitted.
#[derive(Debug)]
pub(crate) struct Cause {
    /// How often, by age: under 18, to 49, to 64, above.
    pub(crate) weights: [u32; 4],
    /// The chance to come back within thirty days, of a thousand.
    pub(crate) return_per_mille: u32,
    /// Days that some stays are longer (or shorter) than usual.
    pub(crate) extra_days: i32,
    /// Whether only women from 15 to 49 are admitted for it.
    pub(crate) of_mothers: bool,
    /// What the admission is recorded as.
    pub(crate) admission: Code,
    /// The diagnoses it may be; a patient keeps to one.
    pub(crate) reasons: &'static [Code],
    /// What is done.
    pub(crate) procedure: &'static Procedure,
    /// What is prescribed.
    pub(crate) drugs: &'static [&'static Drug],
}

/// Admissions in 1,000 years of life, by age band, those that come back left out.
pub(crate) const PER_1000_YEARS: [u32; 6] = [18, 70, 68, 100, 205, 360];

/// How the chance to come back changes with the age band, in percent.
pub(crate) const RETURN_PERCENT: [u32; 6] = [55, 86, 90, 95, 101, 106];

/// The weights of the days from discharge to coming back, from 2 to 30.
pub(crate) const RETURN_GAPS: [u32; 29] = [
    52, 50, 48, 46, 44, 43, 42, 40, 39, 38, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21,
    20, 19, 18,
];

/// The chance that one who comes back comes for the same cause, of a thousand.
pub(crate) const SAME_CAUSE: u32 = 650;

/// Days of a stay, by weight.
pub(crate) const STAY_DAYS: [(u32, u32); 15] = [
    (130, 1),
    (205, 2),
    (190, 3),
    (135, 4),
    (95, 5),
    (65, 6),
    (50, 7),
    (32, 8),
    (22, 9),
    (18, 10),
    (22, 12),
    (14, 14),
    (12, 18),
    (7, 24),
    (3, 30),
];

/// The chance that the extra days of the cause apply, of a thousand.
pub(crate) const EXTRA_DAYS: u32 = 450;

/// The chance that a stay of two days or more moves to another house, of a thousand.
pub(crate) const TRANSFERS: u32 = 40;

/// The chance to die at discharge, of a thousand: under 50, to 64, above.
pub(crate) const DEATHS: [u32; 3] = [8, 22, 38];

/// Every cause.
pub(crate) static CAUSES: [Cause; 16] = [
    Cause {
        weights: [2, 25, 110, 190],
        return_per_mille: 235,
        extra_days: 1,
        of_mothers: false,
        admission: INTENSIVE_CARE,
        reasons: &[HEART_FAILURE],
        procedure: &procedures::HEART_ULTRASOUND,
        drugs: &[&drugs::FUROSEMIDE_INJECTION, &drugs::FUROSEMIDE, &drugs::METOPROLOL],
    },
    Cause {
        weights: [0, 15, 90, 120],
        return_per_mille: 215,
        extra_days: 1,
        of_mothers: false,
        admission: ADMISSION,
        reasons: &[OBSTRUCTIVE_BRONCHITIS],
        procedure: &procedures::BREATHING_TEST,
        drugs: &[&drugs::ALBUTEROL, &drugs::FLUTICASONE],
    },
    Cause {
        weights: [60, 60, 110, 150],
        return_per_mille: 195,
        extra_days: 2,
        of_mothers: false,
        admission: INTENSIVE_CARE,
        reasons: &[Code::new("91302008", "Blood poisoning (disorder)")],
        procedure: &procedures::BLOOD_COUNT,
        drugs: &[&drugs::VANCOMYCIN, &drugs::ENOXAPARIN],
    },
    Cause {
        weights: [160, 50, 70, 110],
        return_per_mille: 170,
        extra_days: 0,
        of_mothers: false,
        admission: WARD,
        reasons: &[Code::new("233604007", "Pneumonia (disorder)")],
        procedure: &procedures::CHEST_X_RAY,
        drugs: &[&drugs::CLAVULANATE, &drugs::ACETAMINOPHEN],
    },
    Cause {
        weights: [0, 25, 100, 80],
        return_per_mille: 165,
        extra_days: 0,
        of_mothers: false,
        admission: INTENSIVE_CARE,
        reasons: &[
            Code::new("401303003", "Heart attack with ST elevation (disorder)"),
            Code::new("401314000", "Heart attack without ST elevation (disorder)"),
        ],
        procedure: &procedures::HEART_CATHETER,
        drugs: &[&drugs::ASPIRIN, &drugs::CLOPIDOGREL, &drugs::NITROGLYCERIN, &drugs::SIMVASTATIN],
    },
    Cause {
        weights: [10, 40, 80, 90],
        return_per_mille: 215,
        extra_days: 1,
        of_mothers: false,
        admission: ADMISSION,
        reasons: &[Code::new("46177005", "Kidney failure (disorder)")],
        procedure: &procedures::DIALYSIS,
        drugs: &[&drugs::EPOETIN, &drugs::FUROSEMIDE],
    },
    Cause {
        weights: [5, 15, 55, 80],
        return_per_mille: 150,
        extra_days: 1,
        of_mothers: false,
        admission: INTENSIVE_CARE,
        reasons: &[Code::new("230690007", "Stroke (disorder)")],
        procedure: &procedures::REHABILITATION,
        drugs: &[&drugs::CLOPIDOGREL, &drugs::SIMVASTATIN],
    },
    Cause {
        weights: [40, 60, 60, 50],
        return_per_mille: 140,
        extra_days: 2,
        of_mothers: false,
        admission: ISOLATION,
        reasons: &[Code::new("840539006", "COVID-19 (disorder)")],
        procedure: &procedures::OXYGEN,
        drugs: &[&drugs::ENOXAPARIN, &drugs::ACETAMINOPHEN],
    },
    Cause {
        weights: [60, 90, 80, 50],
        return_per_mille: 205,
        extra_days: 0,
        of_mothers: false,
        admission: WARD,
        reasons: &[DIABETES],
        procedure: &procedures::URINE_SUGAR,
        drugs: &[&drugs::INSULIN, &drugs::METFORMIN],
    },
    Cause {
        weights: [130, 70, 30, 10],
        return_per_mille: 75,
        extra_days: -1,
        of_mothers: false,
        admission: SURGERY,
        reasons: &[Code::new("74400008", "Appendicitis (disorder)")],
        procedure: &procedures::APPENDIX_REMOVAL,
        drugs: &[&drugs::OXYCODONE, &drugs::CEFUROXIME],
    },
    Cause {
        weights: [10, 330, 0, 0],
        return_per_mille: 45,
        extra_days: -1,
        of_mothers: true,
        admission: OBSTETRICS,
        reasons: &[Code::new("72892002", "Pregnancy (finding)")],
        procedure: &procedures::BIRTH,
        drugs: &[&drugs::IBUPROFEN],
    },
    Cause {
        weights: [20, 40, 90, 60],
        return_per_mille: 70,
        extra_days: -1,
        of_mothers: false,
        admission: ORTHOPAEDICS,
        reasons: &[KNEE_ARTHRITIS],
        procedure: &procedures::KNEE_REPLACEMENT,
        drugs: &[&drugs::OXYCODONE, &drugs::ENOXAPARIN, &drugs::NAPROXEN],
    },
    Cause {
        weights: [3, 6, 8, 2],
        return_per_mille: 200,
        extra_days: 3,
        of_mothers: false,
        admission: TRANSPLANT,
        reasons: &[Code::new("698306007", "Waiting for a kidney (situation)")],
        procedure: &procedures::KIDNEY_TRANSPLANT,
        drugs: &[&drugs::TACROLIMUS, &drugs::CEFUROXIME],
    },
    Cause {
        weights: [5, 70, 30, 3],
        return_per_mille: 190,
        extra_days: 1,
        of_mothers: false,
        admission: WITHDRAWAL,
        reasons: &[Code::new("6525002", "Dependence on a drug (disorder)")],
        procedure: &procedures::TALKING_THERAPY,
        drugs: &[],
    },
    Cause {
        weights: [20, 40, 80, 60],
        return_per_mille: 260,
        extra_days: 1,
        of_mothers: false,
        admission: ADMISSION,
        reasons: &[
            Code::new("254637007", "Lung cancer (disorder)"),
            Code::new("363406005", "Malignant tumour of the colon (disorder)"),
            Code::new("93143009", "Leukemia (disorder)"),
        ],
        procedure: &procedures::CHEMOTHERAPY,
        drugs: &[&drugs::OXALIPLATIN, &drugs::OXYCODONE],
    },
    Cause {
        weights: [400, 190, 120, 110],
        return_per_mille: 150,
        extra_days: 0,
        of_mothers: false,
        admission: WARD,
        reasons: &[
            Code::new("65275009", "Inflamed gallbladder (disorder)"),
            Code::new("301011002", "Urinary tract infection (disorder)"),
            BROKEN_BONE,
            SEIZURES,
            ATRIAL_FIBRILLATION,
            ANAEMIA,
        ],
        procedure: &procedures::ASSESSMENT,
        drugs: &[&drugs::ACETAMINOPHEN, &drugs::CEFUROXIME],
    },
];
