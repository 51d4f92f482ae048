//! `generate`: made-up data.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::args::Generate;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::generate::synthea::{Layout, Options, generate};
use crate::run::events::Event;

/// Runs the command.
pub(super) fn run(setting: &Setting, what: &Generate) -> Exit {
    let Generate::Synthea { patients, seed, years, end, layout, out } = what;
    let Some(layout) = Layout::ALL.into_iter().find(|known| known.name() == layout) else {
        let known: Vec<&str> = Layout::ALL.into_iter().map(Layout::name).collect();
        setting.complain(&format!("error: there is no layout `{layout}`: there are {}", known.join(", ")));
        return Exit::Misuse;
    };
    let options =
        Options { patients: *patients, seed: *seed, years: *years, end: *end, layout, out: out.clone() };
    let target = if setting.flags.is_on("quiet") {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(Some(*patients), target);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} patients, {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut shown = 0;
    let made = generate(&options, &mut |progress| {
        if progress.patients >= shown + 100 || progress.patients == *patients {
            shown = progress.patients;
            bar.set_position(progress.patients);
            bar.set_message(format!("{} MB", progress.bytes / 1_000_000));
        }
    });
    bar.finish_and_clear();
    match made {
        Ok(manifest) => {
            let text =
                format!("{patients} patients, {} MB in {}", manifest.bytes() / 1_000_000, out.display());
            setting.listener.notice(&Event::Message { text, info: true });
            Exit::Fine
        }
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            Exit::Misuse
        }
    }
}
