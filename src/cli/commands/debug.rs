//! `debug`: checks the project, the profile and the connection.

use crate::adapter;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::run::events::Event;

/// Runs the command.
pub(super) fn run(setting: &Setting) -> Exit {
    let say = |text: String| setting.listener.notice(&Event::Message { text, info: true });
    let Ok(project) = setting.read("debug", None) else {
        say("1 check failed: the project or its profile cannot be read".to_owned());
        return Exit::Failed;
    };
    let target = &project.invocation.target;
    say(format!("project {}: OK", project.invocation.project_name));
    say(format!("profile {}, target {}: OK", target.profile, target.name));
    let checked = adapter::open(target, adapter::Access::Write).and_then(|adapter| {
        for (key, value) in adapter.describe() {
            say(format!("  {key}: {value}"));
        }
        adapter.connect(&|text| setting.complain(text))?.run("select 1", true, None)
    });
    match checked {
        Ok(_) => {
            say("connection: OK".to_owned());
            say("All checks passed!".to_owned());
            Exit::Fine
        }
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            say("1 check failed: connection".to_owned());
            Exit::Failed
        }
    }
}
