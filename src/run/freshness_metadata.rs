//! When sources were last changed, as the database tells of its relations: one question for all sources of a database that
//! name no column for it. Knows no limit.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use crate::compile::node_value;
use crate::graph::nodes::Node;
use crate::jinja::builtins::relation::Relation;
use crate::jinja::eval::items;
use crate::jinja::host::{Host, HostError};
use crate::jinja::value::Value;
use crate::run::catalog::call_macro;
use crate::run::freshness::{cells, moment};
use crate::run::session::Session;

/// When a relation was changed, and when that was asked.
type Moments = (DateTime<Utc>, DateTime<Utc>);

/// What was answered for one database: moments by schema and name in capitals.
type Answered = Result<HashMap<(String, String), Moments>, HostError>;

/// The questions of one run, one for each database; each is asked by the first source that needs it.
#[derive(Default)]
pub(super) struct Metadata(BTreeMap<String, (Vec<Relation>, OnceLock<Answered>)>);

impl Metadata {
    /// Puts together which sources are asked for; none where the database tells nothing of that.
    pub(super) fn of(session: &Session, chosen: &BTreeSet<String>) -> Self {
        let project = &session.project;
        let own = format!("{}__get_relation_last_modified", project.invocation.target.adapter);
        let mut questions = Self::default();
        if project.macros.find(&project.invocation.project_name, &own).is_some() {
            let asked = chosen.iter().filter_map(|id| project.nodes.get(id)).filter(|node| is_asked(node));
            for node in asked {
                let (relations, _) = questions.0.entry(node.database.clone()).or_default();
                relations.push(node_value::relation(node));
            }
        }
        questions
    }

    /// Tells when a source was last changed; `None` where the database is not asked that.
    pub(super) fn ask(
        &self,
        session: &Arc<Session>,
        host: &Rc<dyn Host>,
        node: &Node,
    ) -> Option<Result<Moments, HostError>> {
        let (relations, answered) = self.0.get(&node.database).filter(|_| is_asked(node))?;
        let answered = answered.get_or_init(|| answer(session, host, &node.database, relations));
        let relation = node_value::relation(node);
        Some(answered.as_ref().map_err(Clone::clone).and_then(|moments| {
            moments.get(&key(&relation)).copied().ok_or_else(|| {
                HostError::new(format!("the database does not tell when {} was changed", relation.render()))
            })
        }))
    }
}

/// Tells whether nothing in a source says how it is to be asked.
fn is_asked(node: &Node) -> bool {
    ["loaded_at_query", "loaded_at_field"].iter().all(|key| node.config.text(key).is_none())
}

fn key(relation: &Relation) -> (String, String) {
    let name = |part: &Option<String>| part.as_deref().unwrap_or_default().to_uppercase();
    (name(&relation.schema), name(&relation.identifier))
}

fn answer(session: &Session, host: &Rc<dyn Host>, database: &str, relations: &[Relation]) -> Answered {
    let place = Relation::of(session.dialect(), Some(database), None, None).information_schema();
    let listed = Value::list(relations.iter().cloned().map(Value::object).collect());
    let answer = call_macro(session, host, "get_relation_last_modified", vec![Value::object(place), listed])?;
    let table = items::attribute(&answer, "table").unwrap_or(Value::None);
    let mut found = HashMap::new();
    for row in cells(&table) {
        let [schema, name, changed, asked] = row.as_slice() else {
            return Err(HostError::new("a row tells schema, name, and two moments"));
        };
        let key = (schema.to_text().to_uppercase(), name.to_text().to_uppercase());
        found.insert(key, (moment(changed)?, moment(asked)?));
    }
    Ok(found)
}
