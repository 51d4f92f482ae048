//! `list --why`: why a node is what the state selects, and where its references lead when they are deferred.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::adapter::Access;
use crate::cli::commands::build::open;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::changes::Changes;
use crate::compile::deferral::{Deferral, Led};
use crate::compile::project::Project;
use crate::graph::nodes::Node;
use crate::jinja::host::Host;
use crate::run::host::{Line, NodeHost};

/// Gives the reasons for nodes.
pub(super) struct Reasons<'p> {
    project: &'p Project,
    changes: Option<Changes<'p>>,
    deferral: Deferral,
    host: Option<Rc<dyn Host>>,
}

impl<'p> Reasons<'p> {
    /// Reads the state. The database is opened for reading when references are deferred.
    pub(super) fn new(setting: &Setting, project: &'p Arc<Project>) -> Result<Self, Exit> {
        let changes = setting.state()?.map(|state| Changes::new(project, state));
        let deferral = setting.deferral("show")?;
        if changes.is_none() && !deferral.is_on {
            setting.complain(
                "error: --why has nothing to compare with: name the folder of another state with --state",
            );
            return Err(Exit::Misuse);
        }
        let mut host = None;
        if deferral.is_on {
            let session = open(setting, project, Access::Read)?;
            let line: Line = Rc::new(RefCell::new(None));
            let shared: Rc<dyn Host> = NodeHost::new(&session, &line);
            host = Some(shared);
        }
        Ok(Self { project, changes, deferral, host })
    }

    /// Returns the reasons for one node, a sentence each.
    pub(super) fn of(&self, node: &Node) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        if let Some(changes) = &self.changes {
            told.extend(changes.of(node).iter().map(|change| change.text.clone()));
            if told.is_empty() {
                told.push("is as in the state".to_owned());
            }
        }
        let parents = node.depends_on.iter().filter_map(|id| self.project.nodes.get(id));
        told.extend(parents.filter_map(|parent| self.led(parent)));
        told
    }

    /// Says where a reference to a node leads.
    fn led(&self, parent: &Node) -> Option<String> {
        let reason = match self.deferral.led(self.project, parent, self.host.as_ref()) {
            Ok(Led::Unknown) => return None,
            Ok(Led::IsHere) => return Some(format!("`{}` is read here, where it is built", parent.name)),
            Ok(Led::Favoured) => "as it is not chosen and the state is favoured",
            Ok(Led::Missing) => "as it is not built here",
            Err(error) => return Some(format!("`{}`: {}", parent.name, error.message)),
        };
        let relation = self.deferral.relation(parent)?.render();
        Some(format!("`{}` is read from {relation}, {reason}", parent.name))
    }
}
