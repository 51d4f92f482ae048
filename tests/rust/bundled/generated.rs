//! The bundled project over generated patients.

use std::fmt::Write;

use crate::bundled::workbench::Workbench;

#[test]
fn marts_of_generated_patients_say_what_the_generator_knows() {
    let bench = Workbench::new();
    let truth = bench.generate(1000, 42)["truth"].clone();
    let raw = bench.path("raw");
    let printed = bench.succeed(&raw, &["build"]);
    assert!(printed.contains("Completed successfully"), "{printed}");

    let definitions = bench.ask(
        "select definition, index_count, readmitted_count from analytics.readmission_summary order by 1",
    );
    let known = truth["readmissions"].as_object().unwrap();
    assert_eq!(definitions.len(), known.len());
    for row in &definitions {
        let of = &known[&row[0]];
        assert_eq!(
            (row[1].clone(), row[2].clone()),
            (of["index"].to_string(), of["readmitted"].to_string()),
            "{}",
            row[0]
        );
    }
    let stays = bench.ask(
        "select n, round(avg_los_days * n) from analytics.length_of_stay where grain = 'stay' \
         union all select n, round(avg_los_days * n) from analytics.length_of_stay where encounter_class = 'inpatient' and grain = 'encounter'",
    );
    for (row, name) in stays.iter().zip(["stay", "encounter"]) {
        let of = &truth["length_of_stay"][name];
        assert_eq!(row[0], of["count"].to_string(), "{name}");
        assert_eq!(row[1].parse::<f64>().unwrap() as i64, of["total_days"].as_i64().unwrap(), "{name}");
    }
    let patients =
        bench.ask("select count(*), count(*) filter (is_deceased) from analytics.patient_fact").remove(0);
    assert_eq!(patients, [truth["patients"].to_string(), truth["deaths"].to_string()]);
    let classes =
        bench.ask("select encounter_class, count(*) from analytics.encounter_dim group by 1 order by 1");
    for row in classes {
        assert_eq!(row[1], truth["encounters_by_class"][&row[0]].to_string(), "{}", row[0]);
    }

    // A second build over the same files changes nothing, incremental models included.
    let first = bench.fingerprints();
    bench.succeed(&raw, &["run"]);
    assert_eq!(bench.fingerprints(), first);
    // One thread and a fresh start give the same bytes.
    bench.succeed(&raw, &["run", "--full-refresh", "--threads", "1"]);
    assert_eq!(bench.fingerprints(), first);

    // Rows that come part by part make the same tables as all of them at once.
    let proved = bench.succeed(&raw, &["verify-incremental", "--select", "config.materialized:incremental"]);
    for model in ["condition_dim", "encounter_dim", "medication_dim", "procedure_dim"] {
        let line = proved.lines().find(|line| line.starts_with(&format!("{model}: "))).unwrap();
        assert!(line.ends_with("the same in 4 batches as built whole"), "{line}");
    }
    assert_eq!(bench.fingerprints(), first);

    let mut shown = String::new();
    for (table, hash) in &first {
        writeln!(shown, "{table}: {hash}").unwrap();
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn five_thousand_patients_have_the_designed_rates() {
    let bench = Workbench::new();
    bench.generate(5000, 7);
    let raw = bench.path("raw");
    bench.succeed(&raw, &["seed"]);
    bench.succeed(&raw, &["run", "--select", "+readmission_summary", "+length_of_stay"]);
    let rate = bench
        .ask("select readmission_rate from analytics.readmission_summary where definition = 'C_stay'")
        .remove(0)
        .remove(0);
    let stay = bench
        .ask("select avg_los_days from analytics.length_of_stay where grain = 'stay'")
        .remove(0)
        .remove(0);
    let (rate, stay): (f64, f64) = (rate.parse().unwrap(), stay.parse().unwrap());
    assert!((0.15..=0.20).contains(&rate), "30-day readmissions: {rate}");
    assert!((4.0..=5.0).contains(&stay), "mean stay in days: {stay}");
}

#[test]
fn the_project_has_these_nodes() {
    let bench = Workbench::new();
    let listed = bench.succeed(&bench.path("raw"), &["list", "--output", "name"]);
    let mut names: Vec<&str> = listed.lines().collect();
    names.sort_unstable();
    insta::assert_snapshot!(names.join("\n"));
}

#[test]
fn a_missing_required_column_is_named_with_its_file() {
    let bench = Workbench::new();
    bench.generate(20, 1);
    let raw = bench.path("raw");
    let file = raw.join("conditions.csv");
    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replacen("ENCOUNTER", "VISIT", 1)
        .replacen("START", "BEGIN", 1);
    std::fs::write(&file, text).unwrap();
    bench.succeed(&raw, &["seed"]);
    let run = bench.martlet(&raw, &["run", "--select", "stg_synthea__conditions"]);
    let printed = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(1), "{printed}");
    for part in ["conditions.csv", "encounter", "start", "stg_synthea__conditions.sql"] {
        assert!(printed.to_lowercase().contains(part), "no `{part}` in:\n{printed}");
    }
}

#[test]
fn layouts_of_other_years_build_too() {
    for layout in ["2022", "2023"] {
        let bench = Workbench::new();
        let out = bench.path("raw");
        let made = std::process::Command::new(env!("CARGO_BIN_EXE_martlet"))
            .args([
                "--quiet",
                "generate",
                "synthea",
                "--patients",
                "60",
                "--seed",
                "5",
                "--layout",
                layout,
                "--out",
            ])
            .arg(&out)
            .status()
            .unwrap();
        assert!(made.success());
        bench.succeed(&out, &["build"]);
    }
}
