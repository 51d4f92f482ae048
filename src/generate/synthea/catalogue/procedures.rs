//! Procedures with the minutes they take and what they cost. Prices are of the usual size, not of any price list.

use super::Code;
use super::encounters::Class;

/// Something done to a patient.
#[derive(Debug)]
pub(crate) struct Procedure {
    /// What is recorded.
    pub(crate) code: Code,
    /// The cents it costs.
    pub(crate) cents: u32,
    /// The most minutes it takes.
    pub(crate) minutes: u32,
}

const fn done(code: &'static str, text: &'static str, cents: u32, minutes: u32) -> Procedure {
    Procedure { code: Code::new(code, text), cents, minutes }
}

pub(crate) static DIALYSIS: Procedure = done("265764009", "Kidney dialysis (procedure)", 87_143, 200);
pub(crate) static BLOOD_COUNT: Procedure = done("104091002", "Full blood count (procedure)", 19_621, 15);
pub(crate) static CHEST_X_RAY: Procedure = done("399208008", "X-ray of the chest (procedure)", 48_283, 30);
pub(crate) static HEART_TRACE: Procedure = done("29303009", "Heart trace (procedure)", 40_234, 10);
pub(crate) static HEART_ULTRASOUND: Procedure = done("40701008", "Heart ultrasound (procedure)", 93_279, 30);
pub(crate) static BREATHING_TEST: Procedure = done("23426006", "Breathing test (procedure)", 32_793, 20);
pub(crate) static OXYGEN: Procedure = done("371908008", "Oxygen by mask (procedure)", 42_130, 15);
pub(crate) static ASSESSMENT: Procedure = done("315639002", "First assessment (procedure)", 42_130, 15);
pub(crate) static REHABILITATION: Procedure = done("52052004", "Rehabilitation (regime/therapy)", 62_044, 75);
pub(crate) static URINE_SUGAR: Procedure = done("395123002", "Urine test for sugar (procedure)", 20_055, 15);
pub(crate) static HEART_CATHETER: Procedure =
    done("415070008", "Widening of heart arteries (procedure)", 1_864_200, 90);
pub(crate) static APPENDIX_REMOVAL: Procedure =
    done("80146002", "Removal of appendix (procedure)", 912_400, 60);
pub(crate) static BIRTH: Procedure = done("66348005", "Birth of a child (procedure)", 642_130, 240);
pub(crate) static KNEE_REPLACEMENT: Procedure =
    done("609588000", "New knee joint (procedure)", 1_741_900, 120);
pub(crate) static KIDNEY_TRANSPLANT: Procedure =
    done("70536003", "Kidney transplant (procedure)", 4_112_000, 240);
pub(crate) static TALKING_THERAPY: Procedure =
    done("228557008", "Talking therapy (regime/therapy)", 57_114, 60);
pub(crate) static CHEMOTHERAPY: Procedure = done("367336001", "Chemotherapy (procedure)", 221_300, 120);

static MEDICINE_CHECK: Procedure = done("430193006", "Medicines compared (procedure)", 38_000, 15);
static EXAMINATION: Procedure = done("5880005", "Physical examination (procedure)", 31_000, 15);
static DEPRESSION_SCREEN: Procedure = done("171207006", "Screening for depression (procedure)", 26_130, 25);
static NEEDS_CHECK: Procedure = done("710824005", "Check of health and social needs (procedure)", 28_130, 45);
static SUBSTANCE_CHECK: Procedure = done("428211000124100", "Check of substance use (procedure)", 26_130, 13);
static TWO_QUESTIONS: Procedure = done("454711000124102", "Two questions on mood (procedure)", 24_130, 25);
static ANXIETY_CHECK: Procedure = done("710841007", "Check for anxiety (procedure)", 26_130, 22);
static ALCOHOL_CHECK: Procedure = done("763302001", "Questions on alcohol (procedure)", 24_130, 24);
static DRUG_CHECK: Procedure = done("713106006", "Screening for drugs (procedure)", 24_130, 25);
static VIOLENCE_CHECK: Procedure =
    done("866148006", "Screening for violence at home (procedure)", 24_130, 35);
static GUIDANCE: Procedure = done("386516004", "Advice to parents (procedure)", 22_130, 11);
static INJECTION: Procedure = done("76601001", "Injection into a muscle (procedure)", 56_757, 14);
static THROAT_SWAB: Procedure = done("117015009", "Throat culture (procedure)", 18_768, 15);
static DENTAL_CARE: Procedure = done("225362009", "Dental care (regime/therapy)", 62_044, 30);
static PLAQUE_REMOVAL: Procedure = done("1260009003", "Removal of plaque (procedure)", 62_044, 31);
static SPIROMETRY: Procedure = done("127783003", "Spirometry (procedure)", 72_803, 15);
static MOVEMENT_THERAPY: Procedure = done("229064008", "Movement therapy (regime/therapy)", 42_130, 53);
static STITCHES: Procedure = done("288086009", "Stitching of a wound (procedure)", 58_994, 25);
static NURSING_CARE: Procedure = done("410401003", "Nursing care (regime/therapy)", 42_130, 15);
static FALL_SCALE: Procedure = done("762993000", "Rating of the risk to fall (procedure)", 32_130, 23);
static PHYSIOTHERAPY: Procedure = done("91251008", "Physiotherapy (regime/therapy)", 47_616, 45);
static TRANSFUSION: Procedure = done("71493000", "Transfusion of red cells (procedure)", 92_130, 90);
static HOSPICE_CARE: Procedure = done("385763009", "Hospice care (regime/therapy)", 42_130, 15);
static COLONOSCOPY: Procedure = done("73761001", "Colonoscopy (procedure)", 218_943, 60);

static OFFICE: [(u32, &Procedure); 13] = [
    (220, &MEDICINE_CHECK),
    (120, &EXAMINATION),
    (110, &NEEDS_CHECK),
    (90, &DEPRESSION_SCREEN),
    (90, &BLOOD_COUNT),
    (70, &INJECTION),
    (70, &THROAT_SWAB),
    (60, &MOVEMENT_THERAPY),
    (50, &HEART_TRACE),
    (40, &SPIROMETRY),
    (40, &TALKING_THERAPY),
    (30, &CHEST_X_RAY),
    (10, &COLONOSCOPY),
];

static CHECK_UPS: [(u32, &Procedure); 11] = [
    (200, &NEEDS_CHECK),
    (150, &DEPRESSION_SCREEN),
    (130, &SUBSTANCE_CHECK),
    (120, &TWO_QUESTIONS),
    (100, &ANXIETY_CHECK),
    (90, &MEDICINE_CHECK),
    (60, &ALCOHOL_CHECK),
    (50, &DRUG_CHECK),
    (40, &VIOLENCE_CHECK),
    (40, &EXAMINATION),
    (20, &GUIDANCE),
];

static CLINIC: [(u32, &Procedure); 6] = [
    (250, &DENTAL_CARE),
    (200, &PLAQUE_REMOVAL),
    (200, &EXAMINATION),
    (150, &BLOOD_COUNT),
    (100, &REHABILITATION),
    (100, &MEDICINE_CHECK),
];

static EMERGENCY_ROOM: [(u32, &Procedure); 5] =
    [(350, &ASSESSMENT), (200, &STITCHES), (180, &CHEST_X_RAY), (150, &HEART_TRACE), (120, &OXYGEN)];

static WARD: [(u32, &Procedure); 8] = [
    (300, &NURSING_CARE),
    (180, &FALL_SCALE),
    (150, &BLOOD_COUNT),
    (110, &PHYSIOTHERAPY),
    (90, &OXYGEN),
    (70, &HEART_TRACE),
    (60, &CHEST_X_RAY),
    (40, &TRANSFUSION),
];

static HOSPICE: [(u32, &Procedure); 2] = [(800, &HOSPICE_CARE), (200, &NURSING_CARE)];

static TALK: [(u32, &Procedure); 3] =
    [(400, &TALKING_THERAPY), (350, &MEDICINE_CHECK), (250, &ANXIETY_CHECK)];

/// Returns what is done in encounters of a class, by weight.
pub(crate) fn usual(class: Class) -> &'static [(u32, &'static Procedure)] {
    match class {
        Class::Ambulatory | Class::UrgentCare => &OFFICE,
        Class::Wellness => &CHECK_UPS,
        Class::Outpatient => &CLINIC,
        Class::Emergency => &EMERGENCY_ROOM,
        Class::Inpatient | Class::Nursing => &WARD,
        Class::Hospice => &HOSPICE,
        Class::Virtual => &TALK,
    }
}
