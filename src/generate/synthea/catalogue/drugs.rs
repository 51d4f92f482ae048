//! Drugs by their RxNorm code, with the price of one fill. Prices are of the usual size, not of any price list.

use super::Code;

/// A drug as it is prescribed.
#[derive(Debug)]
pub(crate) struct Drug {
    /// What is prescribed.
    pub(crate) code: Code,
    /// Cents of one fill.
    pub(crate) cents: u32,
}

const fn drug(code: &'static str, text: &'static str, cents: u32) -> Drug {
    Drug { code: Code::new(code, text), cents }
}

pub(crate) static LISINOPRIL: Drug = drug("314076", "lisinopril 10 mg tablet", 223);
pub(crate) static AMLODIPINE: Drug = drug("308136", "amlodipine 2.5 mg tablet", 253);
pub(crate) static HYDROCHLOROTHIAZIDE: Drug = drug("310798", "hydrochlorothiazide 25 mg tablet", 141);
pub(crate) static METOPROLOL: Drug = drug("866412", "metoprolol 100 mg long-acting tablet", 9_840);
pub(crate) static SIMVASTATIN: Drug = drug("314231", "simvastatin 10 mg tablet", 96);
pub(crate) static METFORMIN: Drug = drug("860975", "metformin 500 mg long-acting tablet", 2_415);
pub(crate) static INSULIN: Drug = drug("106892", "human insulin 70/30 suspension", 68_036);
pub(crate) static EPOETIN: Drug = drug("205923", "epoetin alfa 4000 unit injection", 7_236);
pub(crate) static IRON: Drug = drug("310325", "ferrous sulfate 325 mg tablet", 370);
pub(crate) static BUDESONIDE: Drug = drug("351109", "budesonide inhalation suspension", 31_625);
pub(crate) static ALBUTEROL: Drug = drug("630208", "albuterol inhalation solution", 14_113);
pub(crate) static FLUTICASONE: Drug = drug("896209", "fluticasone and salmeterol dry inhaler", 93_582);
pub(crate) static FUROSEMIDE: Drug = drug("313988", "furosemide 40 mg tablet", 298);
pub(crate) static FUROSEMIDE_INJECTION: Drug = drug("1719286", "furosemide 10 mg/ml injection", 1_550);
pub(crate) static NITROGLYCERIN: Drug = drug("705129", "nitroglycerin mouth spray", 7_986);
pub(crate) static CLOPIDOGREL: Drug = drug("309362", "clopidogrel 75 mg tablet", 1_851);
pub(crate) static ASPIRIN: Drug = drug("243670", "aspirin 81 mg tablet", 254);
pub(crate) static WARFARIN: Drug = drug("855332", "warfarin 5 mg tablet", 1_713);
pub(crate) static DIGOXIN: Drug = drug("197604", "digoxin 0.125 mg tablet", 2_422);
pub(crate) static VERAPAMIL: Drug = drug("897685", "verapamil 80 mg tablet", 3_162);
pub(crate) static ACETAMINOPHEN: Drug = drug("313782", "acetaminophen 325 mg tablet", 1_265);
pub(crate) static IBUPROFEN: Drug = drug("310965", "ibuprofen 200 mg tablet", 1_544);
pub(crate) static NAPROXEN: Drug = drug("849574", "naproxen 220 mg tablet", 1_816);
pub(crate) static AMOXICILLIN: Drug = drug("308192", "amoxicillin 500 mg tablet", 4_259);
pub(crate) static CLAVULANATE: Drug = drug("562251", "amoxicillin and clavulanate tablet", 14_154);
pub(crate) static PENICILLIN: Drug = drug("834061", "penicillin V 250 mg tablet", 7_105);
pub(crate) static CEFUROXIME: Drug = drug("309097", "cefuroxime 250 mg tablet", 9_834);
pub(crate) static VANCOMYCIN: Drug = drug("1807510", "vancomycin 5 mg/ml injection", 11_920);
pub(crate) static NITROFURANTOIN: Drug = drug("311989", "nitrofurantoin suspension", 4_595);
pub(crate) static PHENAZOPYRIDINE: Drug = drug("1094107", "phenazopyridine 100 mg tablet", 3_592);
pub(crate) static LORATADINE: Drug = drug("665078", "loratadine 5 mg chewable tablet", 3_460);
pub(crate) static EPINEPHRINE: Drug = drug("1870230", "epinephrine auto-injector", 33_090);
pub(crate) static OXYCODONE: Drug = drug("1049221", "oxycodone and acetaminophen tablet", 967);
pub(crate) static TRAMADOL: Drug = drug("835603", "tramadol 50 mg tablet", 2_162);
pub(crate) static ENOXAPARIN: Drug = drug("854235", "enoxaparin prefilled syringe", 2_066);
pub(crate) static TACROLIMUS: Drug = drug("1664463", "tacrolimus 1 mg long-acting tablet", 24_597);
pub(crate) static OXALIPLATIN: Drug = drug("1736776", "oxaliplatin 5 mg/ml injection", 133_918);
pub(crate) static DONEPEZIL: Drug = drug("997223", "donepezil 10 mg tablet", 4_120);
pub(crate) static FLUORIDE: Drug = drug("1535362", "sodium fluoride gel", 2_460);
pub(crate) static COUGH_MIXTURE: Drug = drug("1043400", "cough and cold oral solution", 2_584);

/// What is prescribed without a reason of its own.
pub(crate) static EVERYDAY: [(u32, &Drug); 12] = [
    (170, &ACETAMINOPHEN),
    (160, &IBUPROFEN),
    (120, &NAPROXEN),
    (90, &ASPIRIN),
    (80, &AMOXICILLIN),
    (80, &LORATADINE),
    (70, &FLUORIDE),
    (60, &IRON),
    (60, &TRAMADOL),
    (50, &COUGH_MIXTURE),
    (30, &OXYCODONE),
    (30, &CEFUROXIME),
];
