//! How sick the patients are: rates that the data promise, and exact counts of some seeds.

use crate::generate::synthea::record::Record;
use crate::generate::synthea::{Definition, Layout, Options, Truth, Window};

/// Draws patients without writing them.
fn draw(seed: u64, patients: u64, mut see: impl FnMut(&Record)) -> Truth {
    let options = Options {
        patients,
        seed,
        years: Options::YEARS,
        end: Options::default_end(),
        layout: Layout::Latest,
        out: "unused".into(),
    };
    let window = Window::new(&options);
    let mut truth = Truth::default();
    for number in 0..patients {
        let record = Record::draw(seed, number, &window);
        truth.add(&record);
        see(&record);
    }
    truth
}

fn counts(truth: &Truth) -> Vec<(u64, u64)> {
    let counts = Definition::ALL.map(|definition| truth.readmissions(definition));
    let lengths =
        [&truth.row_lengths, &truth.stay_lengths].map(|lengths| (lengths.count(), lengths.total_days()));
    counts.iter().map(|counts| (counts.index, counts.readmitted)).chain(lengths).collect()
}

/// Index and readmitted of definitions A to F, then count and days of rows and of stays.
#[test]
fn a_thousand_patients_of_a_seed_are_always_as_sick() {
    let expected: [(u64, [(u64, u64); 8]); 3] = [
        (
            1,
            [(819, 156), (797, 156), (770, 129), (659, 106), (242, 52), (770, 142), (819, 3626), (792, 3626)],
        ),
        (
            2,
            [(998, 222), (971, 221), (937, 187), (822, 148), (350, 84), (937, 205), (998, 4457), (964, 4457)],
        ),
        (
            42,
            [
                (1012, 220),
                (971, 219),
                (934, 182),
                (791, 141),
                (243, 63),
                (934, 210),
                (1012, 4774),
                (975, 4774),
            ],
        ),
    ];
    let found = [1, 2, 42].map(|seed| (seed, counts(&draw(seed, 1_000, |_| {}))));
    assert_eq!(found, expected.map(|(seed, counts)| (seed, counts.to_vec())));
}

#[test]
fn five_thousand_patients_have_the_rates_that_are_designed_in() {
    let mut rows = [0; 4];
    let truth = draw(42, 5_000, |record| {
        assert!(!record.encounters.is_empty(), "everyone is seen at least once");
        rows[0] += record.encounters.len();
        rows[1] += record.conditions.len();
        rows[2] += record.procedures.len();
        rows[3] += record.prescriptions.len();
    });
    let stays = truth.readmissions(Definition::Stay);
    let per_mille = 1_000 * stays.readmitted / stays.index;
    assert!((150..200).contains(&per_mille), "{stays:?}");
    let hundredth_days = 100 * truth.stay_lengths.total_days() / truth.stay_lengths.count();
    assert!((400..500).contains(&hundredth_days), "{hundredth_days}");
    assert!((50..=70).contains(&(truth.deaths / 5)), "{} deaths", truth.deaths);
    let per_patient = rows.map(|count| count / 5_000);
    let ranges = [44..=68, 33..=40, 106..=134, 37..=55];
    assert!(ranges.iter().zip(per_patient).all(|(range, count)| range.contains(&count)), "{per_patient:?}");
}
