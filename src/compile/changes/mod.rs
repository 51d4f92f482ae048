//! What differs between the project and another state of it, and why: `state:modified` and its parts, with a sentence for
//! each difference. What cannot change a node's rows is no difference (the table in docs/state.md says what that is).

mod compare;
mod macros;
mod prints;
mod text;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::earlier::Earlier;
use crate::state::{self, Fingerprints, Manifest, State};

use macros::MacroChanges;

pub use prints::{content, fingerprints};

/// What of a node differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// The node is not there in the other state.
    New,
    /// Its text, or its rows.
    Body,
    /// What a property file says of a unit test, an exposure or a node of the semantic layer.
    Properties,
    /// Its configuration.
    Configs,
    /// Where it is written to.
    Relation,
    /// Descriptions that are written into the database.
    PersistedDescriptions,
    /// A macro that it reaches.
    Macros,
    /// What it promises of its columns.
    Contract,
    /// What its references mean, or an ephemeral model that is put into its SQL.
    References,
    /// A variable that it reads.
    Variables,
}

/// One difference of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What of the node differs.
    pub aspect: Aspect,
    /// The difference in a sentence without a full stop.
    pub text: String,
}

impl Change {
    fn new(aspect: Aspect, text: impl Into<String>) -> Self {
        Self { aspect, text: text.into() }
    }
}

/// The project beside another state of it. Differences are looked for when somebody asks.
pub struct Changes<'p> {
    project: &'p Project,
    state: Arc<State>,
    macros: OnceCell<MacroChanges>,
    prints: OnceCell<Fingerprints>,
    found: RefCell<HashMap<String, Rc<[Change]>>>,
}

impl<'p> Changes<'p> {
    /// Puts a project beside another state.
    pub fn new(project: &'p Project, state: Arc<State>) -> Self {
        Self { project, state, macros: OnceCell::new(), prints: OnceCell::new(), found: RefCell::default() }
    }

    /// Returns what differs in a node; nothing when it would give the same.
    pub fn of(&self, node: &Node) -> Rc<[Change]> {
        if let Some(known) = self.found.borrow().get(&node.unique_id) {
            return known.clone();
        }
        let Some(manifest) = &self.state.manifest else { return Rc::from([]) };
        // A circle of references ends here.
        self.found.borrow_mut().insert(node.unique_id.clone(), Rc::from([]));
        let changes: Rc<[Change]> = match manifest.node(&node.unique_id) {
            None => Rc::from([Change::new(Aspect::New, "is not in the state")]),
            Some(other) => self.differences(node, other, manifest).into(),
        };
        self.found.borrow_mut().insert(node.unique_id.clone(), changes.clone());
        changes
    }

    /// Returns the macros that differ.
    fn macros(&self, manifest: &Manifest) -> &MacroChanges {
        self.macros.get_or_init(|| MacroChanges::new(self.project, manifest))
    }

    /// Returns the fingerprints of the project as it is now.
    fn prints(&self) -> &Fingerprints {
        self.prints.get_or_init(|| prints::fingerprints(self.project))
    }

    /// Tells whether a part of a node differs; what is new differs in every part that it has.
    fn differs(&self, node: &Node, aspect: Aspect) -> bool {
        let has = match aspect {
            Aspect::Configs => node.unit_test().is_none(),
            Aspect::Relation => has_body(node) || node.source().is_some(),
            Aspect::Macros => false,
            _ => has_body(node),
        };
        // The text of a generic test is made of its configuration.
        let is_text = |change: &Change| {
            aspect == Aspect::Body && change.aspect == Aspect::Configs && node.generic_test().is_some()
        };
        let counts = |change: &Change| {
            change.aspect == aspect || has && change.aspect == Aspect::New || is_text(change)
        };
        self.of(node).iter().any(counts)
    }
}

/// Tells whether a node has a text, or a file of rows.
fn has_body(node: &Node) -> bool {
    let apart = node.resource_type.is_semantic() || node.source().is_some() || node.exposure().is_some();
    !apart && node.resource_type != ResourceType::UnitTest
}

impl Earlier for Changes<'_> {
    fn has_nodes(&self) -> bool {
        self.state.manifest.is_some()
    }

    fn is(&self, word: &str, node: &Node) -> bool {
        let is_new = || self.of(node).iter().any(|change| change.aspect == Aspect::New);
        match word {
            "new" => is_new(),
            "old" => !is_new(),
            "modified" => !self.of(node).is_empty(),
            "unmodified" => self.of(node).is_empty(),
            "modified.body" => self.differs(node, Aspect::Body),
            "modified.configs" => self.differs(node, Aspect::Configs),
            "modified.relation" => self.differs(node, Aspect::Relation),
            "modified.persisted_descriptions" => self.differs(node, Aspect::PersistedDescriptions),
            "modified.macros" => self.differs(node, Aspect::Macros),
            "modified.contract" => self.differs(node, Aspect::Contract),
            _ => false,
        }
    }

    fn with_status(&self, status: &str) -> Result<BTreeSet<String>, String> {
        let Some(statuses) = &self.state.statuses else {
            return Err(format!(
                "No comparison run_results: there is none in {}",
                self.state.folder.display()
            ));
        };
        Ok(statuses.iter().filter(|(_, known)| *known == status).map(|(id, _)| id.clone()).collect())
    }

    fn fresher(&self) -> Result<BTreeSet<String>, String> {
        let Some(then) = &self.state.freshness else {
            return Err("No previous state comparison freshness results in sources.json".to_owned());
        };
        let folder = self.project.target_folder();
        let Some(now) = state::freshness(&folder).map_err(|error| error.to_string())? else {
            return Err(
                "No current state comparison freshness results in sources.json: run `source freshness`"
                    .to_owned(),
            );
        };
        // Moments are written in one form and zone, so that texts compare as they do. A source whose last row could
        // not be found out, then or now, is not known to have newer ones.
        let is_fresher = |(id, now): &(&String, &Option<String>)| match (then.get(*id), now) {
            (_, None) | (Some(None), _) => false,
            (None, Some(_)) => true,
            (Some(Some(then)), Some(now)) => now > then,
        };
        Ok(now.iter().filter(is_fresher).map(|(id, _)| id.clone()).collect())
    }
}
