//! `run-operation`: calls a macro.

use crate::adapter::Access;
use crate::base::data::Data;
use crate::cli::commands::build;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::diagnostic::suggest;
use crate::run::events::{Event, NodeLabel};
use crate::run::nodes::RunOutcome;
use crate::run::operation;

/// Runs the command.
pub(super) fn run(setting: &Setting, name: &str, arguments: Option<&str>) -> Exit {
    let arguments = match setting.mapping("--args", arguments) {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let mut setting = setting.clone();
    setting.flags.tell("macro", name.into());
    setting.flags.tell("args", Data::Map(arguments.clone()));
    let setting = &setting;
    let project = match setting.read("run-operation", None) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let session = match build::open(setting, &project, Access::Write) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let Some(called) = operation::find(&session, name) else {
        let names = project.macros.all();
        let near = suggest::nearest(name, names.iter().map(|known| known.name.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        setting
            .complain(&format!("error: could not find a macro with the name '{name}' in any package{hint}"));
        return Exit::Misuse;
    };
    let result = operation::run(&session, called, &arguments);
    let node = NodeLabel {
        unique_id: result.unique_id.clone(),
        name: name.to_owned(),
        resource_type: "operation",
        description: format!("operation {name}"),
        path: called.path.clone(),
        ..NodeLabel::default()
    };
    if result.status.is_failure() {
        let text = "Encountered an error while running operation";
        setting.listener.notice(&Event::Message { text: text.to_owned(), info: true });
        setting.listener.notice(&Event::Failure { node: node.clone(), result: Box::new(result.clone()) });
    }
    let interrupted = session.halted().is_some();
    let seconds = result.seconds;
    let exit = build::finish(
        setting,
        &project,
        &RunOutcome { results: vec![(node, result)], seconds, ..RunOutcome::default() },
    );
    if interrupted { Exit::Misuse } else { exit }
}
