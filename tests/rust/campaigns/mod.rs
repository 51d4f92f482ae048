//! Long campaigns with random input: a tenth of each in every test run, all of it with `MARTLET_STRESS=1`.

mod kills;
mod templates;

/// Returns how many rounds of a campaign to run.
fn rounds(all: u32) -> u32 {
    if std::env::var_os("MARTLET_STRESS").is_some() { all } else { all / 10 }
}
