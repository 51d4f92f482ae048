//! Conditions: chronic diseases by age, passing ones, injuries and findings, with how long they last and what they are
//! treated with.

use super::Code;
use super::drugs::{self, Drug};

/// A condition that passes.
#[derive(Debug)]
pub(crate) struct Passing {
    /// What is recorded.
    pub(crate) code: Code,
    /// The shortest and the longest, in days.
    pub(crate) days: (u32, u32),
    /// What it is treated with.
    pub(crate) drugs: &'static [&'static Drug],
}

/// A condition that stays.
#[derive(Debug)]
pub(crate) struct Chronic {
    /// What is recorded.
    pub(crate) code: Code,
    /// How many of a thousand have it, by age band.
    pub(crate) per_mille: [u32; 6],
    /// What it is treated with.
    pub(crate) drugs: &'static [&'static Drug],
}

const fn passing(
    code: &'static str,
    text: &'static str,
    days: (u32, u32),
    drugs: &'static [&'static Drug],
) -> Passing {
    Passing { code: Code::new(code, text), days, drugs }
}

pub(crate) const DIABETES: Code = Code::new("44054006", "Type 2 diabetes (disorder)");
pub(crate) const HEART_FAILURE: Code = Code::new("88805009", "Chronic heart failure (disorder)");
pub(crate) const OBSTRUCTIVE_BRONCHITIS: Code =
    Code::new("185086009", "Chronic obstructive lung disease (disorder)");
pub(crate) const KNEE_ARTHRITIS: Code = Code::new("239873007", "Worn knee joint (disorder)");
pub(crate) const ATRIAL_FIBRILLATION: Code = Code::new("49436004", "Atrial fibrillation (disorder)");
pub(crate) const BROKEN_BONE: Code = Code::new("125605004", "Broken bone (disorder)");
pub(crate) const SEIZURES: Code = Code::new("128613002", "Seizures (disorder)");
pub(crate) const ANAEMIA: Code = Code::new("271737000", "Low red blood count (disorder)");

/// Chronic diseases; age bands as in `person::age_band`.
pub(crate) static CHRONIC: [Chronic; 16] = [
    Chronic {
        code: Code::new("59621000", "High blood pressure (disorder)"),
        per_mille: [2, 60, 170, 340, 560, 650],
        drugs: &[&drugs::LISINOPRIL, &drugs::AMLODIPINE, &drugs::HYDROCHLOROTHIAZIDE, &drugs::METOPROLOL],
    },
    Chronic {
        code: Code::new("55822004", "High blood lipids (disorder)"),
        per_mille: [0, 30, 110, 220, 320, 330],
        drugs: &[&drugs::SIMVASTATIN],
    },
    Chronic {
        code: DIABETES,
        per_mille: [2, 15, 60, 140, 220, 230],
        drugs: &[&drugs::METFORMIN, &drugs::INSULIN],
    },
    Chronic {
        code: Code::new("714628002", "Prediabetes (finding)"),
        per_mille: [5, 80, 180, 250, 240, 200],
        drugs: &[],
    },
    Chronic {
        code: Code::new("162864005", "Body mass index over 30 (finding)"),
        per_mille: [60, 180, 250, 260, 230, 150],
        drugs: &[],
    },
    Chronic { code: ANAEMIA, per_mille: [20, 60, 80, 90, 120, 160], drugs: &[&drugs::IRON, &drugs::EPOETIN] },
    Chronic {
        code: Code::new("40055000", "Chronic sinus infection (disorder)"),
        per_mille: [10, 60, 90, 100, 100, 90],
        drugs: &[&drugs::LORATADINE],
    },
    Chronic {
        code: Code::new("82423001", "Lasting pain (finding)"),
        per_mille: [2, 40, 80, 130, 160, 170],
        drugs: &[&drugs::NAPROXEN, &drugs::TRAMADOL, &drugs::OXYCODONE],
    },
    Chronic {
        code: Code::new("195967001", "Asthma (disorder)"),
        per_mille: [80, 70, 60, 60, 50, 40],
        drugs: &[&drugs::ALBUTEROL, &drugs::BUDESONIDE],
    },
    Chronic {
        code: OBSTRUCTIVE_BRONCHITIS,
        per_mille: [0, 3, 15, 60, 130, 150],
        drugs: &[&drugs::ALBUTEROL, &drugs::FLUTICASONE],
    },
    Chronic {
        code: HEART_FAILURE,
        per_mille: [0, 3, 12, 40, 110, 220],
        drugs: &[&drugs::FUROSEMIDE, &drugs::LISINOPRIL, &drugs::METOPROLOL],
    },
    Chronic {
        code: Code::new("414545008", "Narrowed heart arteries (disorder)"),
        per_mille: [0, 3, 20, 70, 150, 200],
        drugs: &[&drugs::ASPIRIN, &drugs::SIMVASTATIN, &drugs::NITROGLYCERIN, &drugs::CLOPIDOGREL],
    },
    Chronic { code: KNEE_ARTHRITIS, per_mille: [0, 5, 30, 110, 190, 230], drugs: &[&drugs::NAPROXEN] },
    Chronic {
        code: Code::new("433144002", "Chronic kidney disease stage 3 (disorder)"),
        per_mille: [0, 4, 14, 50, 130, 220],
        drugs: &[&drugs::LISINOPRIL, &drugs::EPOETIN],
    },
    Chronic {
        code: Code::new("26929004", "Alzheimer disease (disorder)"),
        per_mille: [0, 0, 0, 4, 40, 160],
        drugs: &[&drugs::DONEPEZIL],
    },
    Chronic {
        code: ATRIAL_FIBRILLATION,
        per_mille: [0, 2, 6, 25, 80, 150],
        drugs: &[&drugs::WARFARIN, &drugs::VERAPAMIL, &drugs::DIGOXIN],
    },
];

/// What people see a doctor for and get over.
pub(crate) static ILLNESSES: [(u32, Passing); 11] = [
    (180, passing("444814009", "Viral sinus infection (disorder)", (7, 21), &[&drugs::CLAVULANATE])),
    (140, passing("195662009", "Viral sore throat (disorder)", (5, 14), &[&drugs::PENICILLIN])),
    (
        130,
        passing(
            "10509002",
            "Short bronchitis (disorder)",
            (7, 21),
            &[&drugs::ACETAMINOPHEN, &drugs::COUGH_MIXTURE],
        ),
    ),
    (80, passing("65363002", "Middle ear infection (disorder)", (7, 60), &[&drugs::AMOXICILLIN])),
    (60, passing("43878008", "Strep throat (disorder)", (7, 14), &[&drugs::PENICILLIN])),
    (
        70,
        passing(
            "38822007",
            "Bladder infection (disorder)",
            (5, 14),
            &[&drugs::NITROFURANTOIN, &drugs::PHENAZOPYRIDINE],
        ),
    ),
    (60, passing("75498004", "Bacterial sinus infection (disorder)", (10, 60), &[&drugs::CLAVULANATE])),
    (80, passing("66383009", "Inflamed gums (disorder)", (7, 30), &[&drugs::FLUORIDE])),
    (60, passing("109570002", "Tooth decay (disorder)", (0, 30), &[&drugs::FLUORIDE])),
    (70, passing("386661006", "Raised temperature (finding)", (3, 20), &[&drugs::ACETAMINOPHEN])),
    (70, passing("267036007", "Short of breath (finding)", (3, 30), &[&drugs::ALBUTEROL])),
];

/// What people come to the emergency room for.
pub(crate) static EMERGENCIES: [(u32, Passing); 10] = [
    (170, passing("44465007", "Sprained ankle (disorder)", (14, 42), &[&drugs::IBUPROFEN])),
    (150, passing("312608009", "Cut (disorder)", (7, 28), &[&drugs::ACETAMINOPHEN])),
    (140, Passing { code: BROKEN_BONE, days: (45, 120), drugs: &[&drugs::OXYCODONE, &drugs::IBUPROFEN] }),
    (90, passing("110030002", "Concussion (disorder)", (20, 90), &[&drugs::ACETAMINOPHEN])),
    (80, passing("39848009", "Whiplash (disorder)", (20, 80), &[&drugs::NAPROXEN])),
    (90, passing("125601008", "Injured knee (disorder)", (20, 90), &[&drugs::IBUPROFEN])),
    (90, passing("241929008", "Sudden allergic reaction (disorder)", (0, 3), &[&drugs::EPINEPHRINE])),
    (60, Passing { code: SEIZURES, days: (1, 30), drugs: &[] }),
    (60, passing("48333001", "Burn (disorder)", (10, 60), &[&drugs::IBUPROFEN])),
    (70, passing("55680006", "Drug overdose (disorder)", (0, 2), &[])),
];

/// What is noted of adults beside illness.
pub(crate) static FINDINGS: [(u32, Passing); 10] = [
    (280, passing("160903007", "Works full time (finding)", (300, 730), &[])),
    (200, passing("73595000", "Under stress (finding)", (300, 730), &[])),
    (150, MEDICINE_REVIEW),
    (90, passing("160904001", "Works part time (finding)", (300, 730), &[])),
    (80, passing("423315002", "Few social contacts (finding)", (200, 500), &[])),
    (70, passing("422650009", "Lives isolated (finding)", (300, 730), &[])),
    (50, passing("741062008", "Outside the labour force (finding)", (300, 730), &[])),
    (40, passing("160968000", "Takes risks (finding)", (300, 730), &[])),
    (20, passing("73438004", "Without work (finding)", (200, 500), &[])),
    (20, passing("713458007", "Without transport (finding)", (300, 730), &[])),
];

/// What is noted of children beside illness.
pub(crate) static CHILD_FINDINGS: [(u32, Passing); 3] = [
    (700, MEDICINE_REVIEW),
    (200, passing("224299000", "Goes to school (finding)", (300, 730), &[])),
    (100, passing("278558000", "Lost tooth filling (finding)", (0, 30), &[])),
];

const MEDICINE_REVIEW: Passing = passing("314529007", "Medicines due for review (situation)", (0, 90), &[]);
