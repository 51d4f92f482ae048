//! The proof of an incremental model: in a schema of its own it is built batch by batch, from relations that hold ever
//! more of their rows, and then once whole; both tables must hold the same rows. Knows no terminal.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::adapter::Adapter;
use crate::base::data::Data;
use crate::base::table::{Cell, Table};
use crate::compile::event_time::{Grain, Window, moment};
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::graph::nodes::Node;
use crate::jinja::host::{Host, HostError};
use crate::jinja::value::Text;
use crate::run::events::{Event, Listener};
use crate::run::host::{Line, NodeHost};
use crate::run::microbatch::{self, Begun, Earlier};
use crate::run::microbatch_windows;
use crate::run::result::{BatchResults, NodeResult, Status};
use crate::run::session::Session;
use crate::run::{catalog, label, task};

/// What is asked of a proof.
#[derive(Debug, Clone)]
pub struct Request {
    /// In how many parts the rows come.
    pub batches: usize,
    /// The column by which they come; else each relation's own `event_time`.
    pub by: Option<String>,
    /// Columns that are not compared, such as the time of loading.
    pub ignored: BTreeSet<String>,
    /// Whether the tables stay, for people to look at.
    pub keep: bool,
}

/// What came of a proof.
#[derive(Debug)]
pub struct Verdict {
    /// In how many batches the first table was built.
    pub batches: usize,
    /// The rows of the table that was built batch by batch.
    pub rows: i64,
    /// How many rows one of the tables holds and the other does not.
    pub differing: i64,
    /// The first of them: `difference` is how often the incremental table holds the row more than the whole one.
    pub sample: Table,
    /// The tables, when they stay.
    pub kept: Option<(String, String)>,
}

/// Why there is no verdict.
#[derive(Debug)]
pub enum Failure {
    /// It cannot be asked.
    Cannot(String),
    /// The model could not be built.
    Node(Box<NodeResult>),
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Failure::Cannot(error.message)
    }
}

/// How many differing rows are shown.
const SHOWN: usize = 10;

/// What is put behind a schema's name for the proof's own.
const SCRATCH: &str = "__martlet_verify";

/// A relation that is filled batch by batch.
struct Filled {
    /// The node.
    id: String,
    /// The real relation.
    original: String,
    /// The column its rows come by.
    by: String,
}

/// Proves one model. The project is lent: its nodes are led to the schema of the proof, and back in the end.
pub fn verify(
    project: &mut Arc<Project>,
    adapter: &Arc<dyn Adapter>,
    listener: &Arc<dyn Listener>,
    id: &str,
    request: &Request,
) -> Result<Verdict, Failure> {
    let make = |project: &Arc<Project>| {
        let session = Session::new(project.clone(), adapter.clone(), listener.clone());
        session.map(Arc::new).map_err(|finding| Failure::Cannot(finding.message.clone()))
    };
    let line: Line = Rc::new(RefCell::new(None));
    let (filled, ends) = {
        let session = make(project)?;
        let host = NodeHost::new(&session, &line);
        let filled = filled(&session, &host, id, request)?;
        let ends = ends(&host, &filled, request.batches)?;
        (filled, ends)
    };
    let before = lead_away(project, id, &filled)?;
    let outcome = prove(project, &make, &line, id, (&filled, &ends), request);
    if let Some(project) = Arc::get_mut(project) {
        project.nodes.enabled.extend(before);
    }
    outcome
}

/// Builds both tables and compares them; the schemas of the proof are there for no longer than it takes.
fn prove(
    project: &mut Arc<Project>,
    make: &impl Fn(&Arc<Project>) -> Result<Arc<Session>, Failure>,
    line: &Line,
    id: &str,
    (filled, ends): (&[Filled], &Ends),
    request: &Request,
) -> Result<Verdict, Failure> {
    let node = project.nodes.get(id).ok_or_else(|| gone(id))?.clone();
    let whole = Node { alias: format!("{}__whole", node.alias), ..node.clone() };
    let read = filled.iter().filter_map(|one| project.nodes.get(&one.id));
    let schemas: BTreeSet<String> = read.chain([&node]).map(schema).collect();
    drop_schemas(&make(project)?, line, &schemas)?;
    let built = by_batches(&|| make(project), line, &node, filled, ends);
    // No session holds the project now, of which the model gets another name.
    if let Some(project) = Arc::get_mut(project) {
        project.nodes.enabled.insert(id.to_owned(), whole.clone());
    }
    let session = make(project)?;
    let [incremental_name, whole_name] = [&node, &whole].map(|node| node_value::relation(node).render());
    let verdict = built.and_then(|()| {
        catalog::prepare(&session, line, [&whole].into_iter())?;
        build(&session, line, &whole, ends.whole())?;
        compare(&NodeHost::new(&session, line), &incremental_name, &whole_name, request)
    });
    let keep = request.keep && verdict.is_ok();
    if !keep {
        drop_schemas(&session, line, &schemas)?;
    }
    let kept = keep.then_some((incremental_name, whole_name));
    verdict.map(|verdict| Verdict { batches: ends.cuts.len() + 1, kept, ..verdict })
}

/// Builds the model from relations that are filled part by part, each time in a session of its own.
fn by_batches(
    make: &impl Fn() -> Result<Arc<Session>, Failure>,
    line: &Line,
    node: &Node,
    filled: &[Filled],
    ends: &Ends,
) -> Result<(), Failure> {
    for span in ends.spans() {
        let session = make()?;
        let nodes = &session.project.nodes;
        let views: Vec<(&Filled, &Node)> =
            filled.iter().filter_map(|one| Some((one, nodes.get(&one.id)?))).collect();
        catalog::prepare(&session, line, views.iter().map(|(_, node)| *node).chain([node]))?;
        let host = NodeHost::new(&session, line);
        for (one, stand_in) in &views {
            let limit = span.end.map(|end| format!(" where {} < '{end}'", one.by)).unwrap_or_default();
            let name = node_value::relation(stand_in).render();
            send(&host, &format!("create or replace view {name} as select * from {}{limit}", one.original))?;
        }
        build(&session, line, node, span)?;
    }
    Ok(())
}

fn drop_schemas(session: &Arc<Session>, line: &Line, schemas: &BTreeSet<String>) -> Result<(), HostError> {
    let host = NodeHost::new(session, line);
    for schema in schemas {
        send(&host, &format!("drop schema if exists {schema} cascade"))?;
    }
    Ok(())
}

fn gone(id: &str) -> Failure {
    Failure::Cannot(format!("{id} is no part of the project"))
}

fn send(host: &Rc<NodeHost>, sql: &str) -> Result<Table, HostError> {
    let host: &dyn Host = host.as_ref();
    host.run(&Text::new(sql.to_owned()), false, true, None).map(|(_, table)| table)
}

fn schema(node: &Node) -> String {
    let mut relation = node_value::own_relation(node);
    relation.include = [true, true, false];
    relation.render()
}

/// Finds the relations that the model reads, through ephemeral ones, and whose rows come by a column.
fn filled(
    session: &Arc<Session>,
    host: &Rc<NodeHost>,
    id: &str,
    request: &Request,
) -> Result<Vec<Filled>, Failure> {
    let nodes = &session.project.nodes;
    let model = nodes.get(id).ok_or_else(|| gone(id))?;
    let mut read: Vec<&Node> = Vec::new();
    let mut open: Vec<&String> = model.depends_on.iter().collect();
    while let Some(parent) = open.pop().and_then(|id| nodes.get(id)) {
        if parent.is_ephemeral() {
            open.extend(&parent.depends_on);
        } else if parent.unique_id != id && !read.iter().any(|known| known.unique_id == parent.unique_id) {
            read.push(parent);
        }
    }
    let mut found = Vec::new();
    for parent in read {
        let original = node_value::relation(parent).render();
        let columns = send(host, &format!("select * from {original} where false"))?.columns;
        let wanted = request.by.as_deref().or_else(|| parent.config.text("event_time"));
        let column = wanted.and_then(|by| columns.iter().find(|column| column.name.eq_ignore_ascii_case(by)));
        if let Some(column) = column {
            found.push(Filled { id: parent.unique_id.clone(), original, by: quoted(&column.name) });
        }
    }
    if found.is_empty() {
        let name = &model.name;
        return Err(Failure::Cannot(match &request.by {
            Some(by) => format!("nothing that `{name}` reads has a column `{by}`"),
            None => format!(
                "nothing that `{name}` reads says by which column its rows come: set `event_time` in its config, or \
                 name a column with --by"
            ),
        }));
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Finds where the batches end: after as many rows each, all relations together.
fn ends(host: &Rc<NodeHost>, filled: &[Filled], batches: usize) -> Result<Ends, Failure> {
    let all: Vec<String> = filled
        .iter()
        .map(|one| {
            format!("select cast({0} as varchar) as t from {1} where {0} is not null", one.by, one.original)
        })
        .collect();
    let all = all.join(" union all ");
    let sql = format!(
        "select min(t) from (select t, ntile({batches}) over (order by t) as part from ({all}) as moments) as parts \
         where part > 1 group by part order by 1"
    );
    let texts = |sql: &str| -> Result<Vec<String>, HostError> {
        let rows = send(host, sql)?.rows;
        Ok(rows.iter().filter_map(|row| row.first().map(Cell::to_text)).collect())
    };
    let mut cuts = texts(&sql)?;
    cuts.dedup();
    let last = texts(&format!("select max(t) from ({all}) as moments"))?.pop().unwrap_or_default();
    Ok(Ends { cuts, last })
}

/// Leads the model and what it reads to schemas of the proof; returns the nodes as they were.
fn lead_away(
    project: &mut Arc<Project>,
    id: &str,
    filled: &[Filled],
) -> Result<BTreeMap<String, Node>, Failure> {
    let project = Arc::get_mut(project).ok_or_else(|| Failure::Cannot("the project is in use".to_owned()))?;
    let mut before = BTreeMap::new();
    let ids = filled.iter().map(|one| one.id.as_str()).chain([id]);
    for id in ids {
        let node = project.nodes.enabled.get_mut(id).ok_or_else(|| gone(id))?;
        before.insert(id.to_owned(), node.clone());
        node.schema.push_str(SCRATCH);
        // The view stands in for a file too.
        node.config.set("external_location", Data::Null);
        if let Some(mut meta) = node.config.get("meta").and_then(Data::as_map).cloned() {
            meta.shift_remove("external_location");
            node.config.set("meta", Data::Map(meta));
        }
    }
    Ok(before)
}

/// Where the batches end.
struct Ends {
    /// The end of each but the last, which takes all rows.
    cuts: Vec<String>,
    /// The last moment that a row has.
    last: String,
}

/// The rows that are there when a model is built, and those that were when it was built before.
#[derive(Clone, Copy)]
struct Span<'e> {
    before: Option<&'e str>,
    end: Option<&'e str>,
    last: &'e str,
}

impl Ends {
    /// Returns the spans, one after another.
    fn spans(&self) -> impl Iterator<Item = Span<'_>> {
        let ends = self.cuts.iter().map(|cut| Some(cut.as_str())).chain([None]);
        let before = [None].into_iter().chain(self.cuts.iter().map(|cut| Some(cut.as_str())));
        ends.zip(before).map(|(end, before)| Span { before, end, last: &self.last })
    }

    /// Returns the span of everything at once.
    fn whole(&self) -> Span<'_> {
        Span { before: None, end: None, last: &self.last }
    }
}

impl Span<'_> {
    /// Plans the batches of a microbatch model: as if it had been run whenever a batch was over.
    fn batches(&self, node: &Node) -> Result<Earlier, Failure> {
        let cannot =
            |text: &str| Failure::Cannot(format!("`{text}` is no moment that batches can be counted from"));
        let read = |text: &str| moment(text).ok_or_else(|| cannot(text));
        let text = |key: &str| node.config.text(key).unwrap_or_default();
        let grain = Grain::read(text("batch_size")).ok_or_else(|| cannot(text("batch_size")))?;
        let begin = read(text("begin"))?;
        let lookback = node.config.get("lookback").and_then(Data::as_i64).unwrap_or(1);
        let end = match self.end {
            Some(end) => read(end)?,
            // The last row is to be within.
            None => read(self.last)? + TimeDelta::microseconds(1),
        };
        let plan = |bounds: Option<Window>, now| {
            let incremental = bounds.is_none();
            microbatch_windows::batches(&microbatch_windows::Asked {
                grain,
                begin,
                lookback,
                bounds,
                now,
                incremental,
            })
            .ok_or_else(|| cannot(self.last))
        };
        let start = match self.before {
            None => begin,
            Some(before) => plan(None, read(before)?)?.first().map_or(begin, |first| first.start),
        };
        let failed = plan(Some(Window { start, end }), end)?;
        let results = BatchResults { successful: Vec::new(), failed };
        let begun = Begun { results, incremental: self.before.is_some() };
        Ok(Earlier { started_at: None, batches: HashMap::from([(node.unique_id.clone(), begun)]) })
    }
}

/// Builds the model as a run would that comes when these rows are there.
fn build(session: &Arc<Session>, line: &Line, node: &Node, span: Span<'_>) -> Result<(), Failure> {
    let named = label::label(&session.project, node);
    let what = span.end.map_or_else(|| "all rows".to_owned(), |end| format!("rows before {end}"));
    let text = format!("{} from {what}", named.description);
    session.listener.notice(&Event::Message { text, info: true });
    let result = if session.project.runs_in_batches(node) {
        session.go_on_with(span.batches(node)?);
        microbatch::run(session, line, node, 0)
    } else {
        task::run(session, line, node, 0)
    };
    if result.status == Status::Success { Ok(()) } else { Err(Failure::Node(Box::new(result))) }
}

/// Compares two tables as bags of rows.
fn compare(
    host: &Rc<NodeHost>,
    incremental: &str,
    whole: &str,
    request: &Request,
) -> Result<Verdict, Failure> {
    let names = |relation: &str| -> Result<Vec<String>, Failure> {
        let columns = send(host, &format!("select * from {relation} where false"))?.columns;
        let names = columns.into_iter().map(|column| column.name);
        Ok(names.filter(|name| !request.ignored.contains(&name.to_lowercase())).collect())
    };
    let (columns, others) = (names(incremental)?, names(whole)?);
    if columns.iter().collect::<BTreeSet<_>>() != others.iter().collect::<BTreeSet<_>>() {
        return Err(Failure::Cannot(format!(
            "the columns differ: built batch by batch there are {}, built whole {}",
            columns.join(", "),
            others.join(", ")
        )));
    }
    let list = columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let different = format!(
        "select sum(martlet_difference) as difference, {list} from \
         (select 1 as martlet_difference, {list} from {incremental} \
         union all select -1, {list} from {whole}) as both_tables \
         group by {list} having sum(martlet_difference) <> 0"
    );
    let number = |sql: &str| -> Result<i64, Failure> {
        let table = send(host, sql)?;
        Ok(table.rows.first().and_then(|row| row.first()).and_then(Cell::to_i64).unwrap_or_default())
    };
    Ok(Verdict {
        batches: 0,
        rows: number(&format!("select count(*) from {incremental}"))?,
        differing: number(&format!("select sum(abs(difference)) from ({different}) as differing"))?,
        sample: send(host, &format!("{different} order by {list} limit {SHOWN}"))?,
        kept: None,
    })
}
