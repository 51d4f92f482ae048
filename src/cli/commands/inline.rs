//! Queries on the command line: rendered as the SQL of a model would be.

use std::rc::Rc;
use std::sync::Arc;

use crate::cli::session::Setting;
use crate::compile::render::set_references;
use crate::jinja::eval::error::RenderError;
use crate::jinja::eval::render;
use crate::jinja::host::Host;
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::Text;
use crate::run::catalog;
use crate::run::session::Session;

/// Renders what was given for `--inline`.
pub(super) fn rendered(
    setting: &Setting,
    session: &Arc<Session>,
    host: &Rc<dyn Host>,
    query: &str,
) -> Result<Text, RenderError> {
    let file = setting.sources.add("--inline", query);
    let template = parse(query, &Origin::at(file, 0), false).map_err(|finding| {
        let mut error = RenderError::new(finding.message.clone());
        error.place = finding.primary.as_ref().map(|label| label.place);
        error
    })?;
    let names = catalog::environment(session, host);
    set_references(&session.project, &names, host);
    Ok(Text::captured(render(&names, &template)?))
}
