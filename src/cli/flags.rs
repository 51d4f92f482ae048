//! The flags that every command takes, on the command line: their table lies in `compile::flags`.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::base::data::{Data, DataMap};
use crate::compile::flags::{FLAGS, Flag, Kind};

/// The flags that were given on the command line, by name.
#[derive(Debug, Clone, Default)]
pub struct GivenFlags(pub DataMap);

impl Args for GivenFlags {
    fn augment_args(command: Command) -> Command {
        FLAGS.iter().flat_map(arguments).fold(command, Command::arg)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for GivenFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut given = Self::default();
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for flag in FLAGS {
            if let Some(value) = value(flag, matches) {
                self.0.insert(flag.name.to_owned(), value);
            }
        }
        Ok(())
    }
}

/// Makes what the command line has for a flag. Of a switch that is on, the help shows how it is turned off.
fn arguments(flag: &Flag) -> Vec<Arg> {
    let long = flag.name.replace('_', "-");
    let hidden = flag.help.is_empty();
    let mut argument = Arg::new(flag.name).long(long.clone()).global(true).help(flag.help).hide(hidden);
    argument = argument.value_name(flag.name.to_uppercase());
    if let Some(letter) = flag.short {
        argument = argument.short(letter);
    }
    match flag.kind {
        Kind::Mark => vec![argument.action(ArgAction::SetTrue)],
        Kind::Switch(otherwise) => {
            let is_on = otherwise == Some(true);
            let off = Arg::new(off_name(flag)).long(format!("no-{long}")).global(true).help(flag.help);
            let off = off.hide(hidden || !is_on).action(ArgAction::SetTrue).overrides_with(flag.name);
            let argument = argument.hide(hidden || is_on).action(ArgAction::SetTrue);
            vec![argument.overrides_with(off_name(flag)), off]
        }
        Kind::Choice(words) => {
            vec![argument.value_parser(clap::builder::PossibleValuesParser::new(words)).ignore_case(true)]
        }
        kind => vec![argument.value_parser(move |text: &str| kind.parse(text).ok_or_else(|| kind.wanted()))],
    }
}

fn off_name(flag: &Flag) -> String {
    format!("no_{}", flag.name)
}

/// Returns what was given for a flag.
fn value(flag: &Flag, matches: &ArgMatches) -> Option<Data> {
    let is_given = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
    match flag.kind {
        Kind::Mark => is_given(flag.name).then_some(Data::Bool(true)),
        Kind::Switch(_) if is_given(&off_name(flag)) => Some(false.into()),
        Kind::Switch(_) => is_given(flag.name).then_some(Data::Bool(true)),
        Kind::Choice(_) => matches.get_one::<String>(flag.name).and_then(|word| flag.kind.parse(word)),
        _ => matches.get_one::<Data>(flag.name).cloned(),
    }
}
