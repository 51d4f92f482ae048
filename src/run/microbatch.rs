//! Building a model by batches: each is compiled and materialized by itself, the first and the last alone, those
//! between at the same time where nothing speaks against it. Knows nothing of how a batch's rows are replaced.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::base::clock::Stopwatch;
use crate::base::data::Data;
use crate::base::table::Receipt;
use crate::compile::event_time::{Grain, Window, moment, moment_text};
use crate::diagnostic::Diagnostic;
use crate::graph::nodes::{Batch, Node};
use crate::jinja::builtins::relation::Relation;
use crate::jinja::eval::error::RenderError;
use crate::jinja::host::Host;
use crate::run::events::{Event, NodeLabel};
use crate::run::host::{Line, NodeHost};
use crate::run::microbatch_windows::{self, Asked, suffix};
use crate::run::result::{BatchResults, NodeResult, Status};
use crate::run::session::Session;
use crate::run::{label, task};

/// How many failed batches are told of in full.
const SHOWN: usize = 3;

/// What an earlier run left to do: nothing, unless this run goes on with it.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    /// When it began: batches are counted back from there.
    pub started_at: Option<DateTime<Utc>>,
    /// Models whose batches were not all built. Only the missing ones are; what was built stays told.
    pub batches: HashMap<String, Begun>,
}

/// A model of which not all batches were built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Begun {
    /// Which were built, and which were not.
    pub results: BatchResults,
    /// Whether the next batch goes into a table that is there.
    pub incremental: bool,
}

impl Begun {
    /// Takes notice of a batch that was built.
    pub fn built(&mut self, batch: Window) {
        self.results.failed.retain(|one| *one != batch);
        self.results.successful.push(batch);
        self.incremental = true;
    }
}

/// How many workers there are, and how many are at work: batches take what nodes leave.
#[derive(Debug)]
pub struct Lanes {
    all: usize,
    taken: AtomicUsize,
}

/// One lane that is taken, until it is dropped.
#[derive(Debug)]
pub struct Lane<'l>(&'l Lanes);

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Lanes {
    /// Makes as many lanes as there are workers.
    pub fn new(all: usize) -> Self {
        Self { all, taken: AtomicUsize::new(0) }
    }

    /// Takes a lane, as each worker may.
    pub fn enter(&self) -> Lane<'_> {
        self.taken.fetch_add(1, Ordering::SeqCst);
        Lane(self)
    }

    /// Takes a lane if one is free.
    pub fn try_enter(&self) -> Option<Lane<'_>> {
        let more = |taken| (taken < self.all).then_some(taken + 1);
        self.taken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).ok().map(|_| Lane(self))
    }
}

/// A batch with what became of it.
type Done = (Window, NodeResult);

/// What the batches of one model have in common.
struct Model<'m> {
    session: &'m Arc<Session>,
    node: &'m Node,
    called: NodeLabel,
    grain: Grain,
    /// What is there of it, and what is to be built.
    begun: Begun,
    worker: usize,
}

/// Builds a model batch by batch.
pub fn run(session: &Arc<Session>, line: &Line, node: &Node, worker: usize) -> NodeResult {
    let watch = Stopwatch::start();
    let mut result = match planned(session, line, node) {
        Ok((grain, begun)) => {
            if let Some(journal) = session.journal() {
                journal.batches(&node.unique_id, &begun);
            }
            let called = label::label(&session.project, node);
            Model { session, node, called, grain, begun, worker }.run(line)
        }
        Err(error) => {
            let mut result = NodeResult::new(&node.unique_id, Status::Error);
            task::fail(session, node, &mut result, error);
            result
        }
    };
    result.seconds = watch.seconds();
    result.worker = worker;
    result
}

/// Finds out which batches are to be built, and whether the first of them goes into a table that is there.
fn planned(session: &Arc<Session>, line: &Line, node: &Node) -> Result<(Grain, Begun), RenderError> {
    let host = NodeHost::for_node(session, line, node, None);
    let existing = host
        .relation(&node.database, &node.schema, &node.alias)
        .map_err(|error| RenderError::new(error.message))?;
    let (Some(grain), Some(begin)) =
        (node.config.text("batch_size").and_then(Grain::read), node.config.text("begin").and_then(moment))
    else {
        return Err(RenderError::new("a microbatch model needs the configs `batch_size` and `begin`"));
    };
    if let Some(begun) = session.earlier().and_then(|earlier| earlier.batches.get(&node.unique_id)) {
        return Ok((grain, begun.clone()));
    }
    let incremental = is_incremental(session, node, existing.as_ref());
    let invocation = &session.project.invocation;
    let asked = Asked {
        grain,
        begin,
        lookback: node.config.get("lookback").and_then(Data::as_i64).unwrap_or(1),
        bounds: invocation.options.rows.sample.or(invocation.options.rows.bounds),
        now: session.earlier().and_then(|earlier| earlier.started_at).unwrap_or(invocation.started_at),
        incremental,
    };
    let batches = microbatch_windows::batches(&asked)
        .ok_or_else(|| RenderError::new("the batches of this model go further than dates do"))?;
    Ok((grain, Begun { results: BatchResults { successful: Vec::new(), failed: batches }, incremental }))
}

/// Tells whether rows are put into the table that is there.
fn is_incremental(session: &Session, node: &Node, existing: Option<&Relation>) -> bool {
    let asked = session.project.invocation.options.flags.is_on("full_refresh");
    let anew = node.config.boolean("full_refresh").unwrap_or(asked);
    !anew && existing.is_some_and(|relation| relation.kind.as_deref() == Some("table"))
}

impl Model<'_> {
    /// Returns the batches to build, in their order.
    fn batches(&self) -> &[Window] {
        &self.begun.results.failed
    }

    fn run(self, line: &Line) -> NodeResult {
        let mut done = Vec::new();
        let last = self.batches().len().saturating_sub(1);
        if !self.batches().is_empty() {
            done.extend(self.batch(line, 0, self.begun.incremental, self.worker));
        }
        let is_begun = done.first().is_some_and(|(_, result)| result.status == Status::Success);
        let between: VecDeque<usize> = (1..last).collect();
        if is_begun {
            if self.may_share() {
                done.extend(self.at_once(line, between));
            } else {
                done.extend(
                    between.into_iter().filter_map(|index| self.batch(line, index, true, self.worker)),
                );
            }
            if last > 0 {
                done.extend(self.batch(line, last, true, self.worker));
            }
        } else {
            (1..=last).for_each(|index| done.extend(self.skip(index)));
        }
        self.summed_up(done)
    }

    /// Tells whether batches may be built at the same time: a model that reads itself wants them in their order.
    fn may_share(&self) -> bool {
        self.node.config.boolean("concurrent_batches").unwrap_or_else(|| !names_itself(&self.node.raw_code))
    }

    /// Builds batches at the same time, on as many lanes as are free.
    fn at_once(&self, line: &Line, queue: VecDeque<usize>) -> Vec<Done> {
        let queue = Mutex::new(queue);
        let done = Mutex::new(Vec::new());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let waiting = || queue.lock().unwrap_or_else(PoisonError::into_inner).len();
        let keep = |one: Option<Done>| done.lock().unwrap_or_else(PoisonError::into_inner).extend(one);
        let (keep, next) = (&keep, &next);
        std::thread::scope(|scope| {
            let mut others = 0;
            while let Some(index) = next() {
                while waiting() > 0
                    && let Some(lane) = self.session.lanes.try_enter()
                {
                    others += 1;
                    let worker = self.session.project.invocation.target.threads + others;
                    let builder = std::thread::Builder::new().name(format!("Thread-{worker} (worker)"));
                    let spawned = builder.stack_size(task::STACK).spawn_scoped(scope, move || {
                        let _lane = lane;
                        let line: Line = Rc::new(RefCell::new(None));
                        while let Some(index) = next() {
                            keep(self.batch(&line, index, true, worker));
                        }
                    });
                    if spawned.is_err() {
                        break;
                    }
                }
                keep(self.batch(line, index, true, self.worker));
            }
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Builds one batch; `None` when nothing is begun any more.
    fn batch(&self, line: &Line, index: usize, incremental: bool, worker: usize) -> Option<Done> {
        let window = *self.batches().get(index)?;
        if self.session.halted().is_some() {
            return None;
        }
        let (number, total) = (index + 1, self.batches().len());
        let mut node = self.node.clone();
        let suffix = suffix(window.start, self.grain);
        let id = suffix.replace('-', "");
        // Older macros look for the batch among the configuration.
        for (key, moment) in [("start", window.start), ("end", window.end)] {
            let text = moment_text(moment);
            node.config.set(&format!("__dbt_internal_microbatch_event_time_{key}"), text.into());
        }
        node.batch = Some(Batch { id, suffix, start: window.start, end: window.end, incremental });
        // What a model wants done before is done before its first batch, what it wants done after, after its last.
        for (key, is_due) in [("pre-hook", index == 0), ("post-hook", number == total)] {
            if !is_due {
                node.config.set(key, Data::List(Vec::new()));
            }
        }
        let batch = self.described(window);
        let called = self.called.clone();
        self.session.listener.notice(&Event::BatchStarted {
            index: number,
            total,
            batch: batch.clone(),
            node: called,
        });
        let result = task::run(self.session, line, &node, worker);
        if let Some(journal) = self.session.journal().filter(|_| result.status == Status::Success) {
            journal.batch_built(&self.node.unique_id, &window);
        }
        self.told(number, batch, &result);
        Some((window, result))
    }

    /// Leaves one batch out.
    fn skip(&self, index: usize) -> Option<Done> {
        let window = *self.batches().get(index)?;
        if self.session.halted().is_some() {
            return None;
        }
        let result = NodeResult::new(&self.node.unique_id, Status::Skipped).message("SKIPPED");
        self.told(index + 1, self.described(window), &result);
        Some((window, result))
    }

    fn told(&self, index: usize, batch: String, result: &NodeResult) {
        let (node, total, result) = (self.called.clone(), self.batches().len(), Box::new(result.clone()));
        self.session.listener.notice(&Event::BatchFinished { index, total, batch, node, result });
    }

    /// Returns what a batch is called: `batch 2024-01-03 of main.orders`.
    fn described(&self, window: Window) -> String {
        let place = self.called.description.rsplit(' ').next().unwrap_or_default();
        format!("batch {} of {place}", suffix(window.start, self.grain))
    }

    /// Puts together what became of the batches; those that were never begun count as failed.
    fn summed_up(&self, mut done: Vec<Done>) -> NodeResult {
        done.sort_by_key(|(window, _)| *window);
        let is_built = |window: &Window| {
            done.iter().any(|(one, result)| one == window && result.status == Status::Success)
        };
        let (mut successful, failed): (Vec<Window>, Vec<Window>) =
            self.batches().iter().partition(|one| is_built(one));
        let status = match (successful.len(), failed.len()) {
            (_, 0) => Status::Success,
            (0, _) => Status::Error,
            _ => Status::PartialSuccess,
        };
        let mut result = NodeResult::new(&self.node.unique_id, status).message(match status {
            Status::Success => "SUCCESS".to_owned(),
            Status::Error => "ERROR".to_owned(),
            _ => format!("PARTIAL SUCCESS ({}/{})", successful.len(), self.batches().len()),
        });
        successful.extend(&self.begun.results.successful);
        result.failures = Some(0);
        result.receipt = together(&done);
        result.findings = findings(&done);
        result.batches = Some(BatchResults { successful, failed });
        result
    }
}

/// Adds up what the database did for the batches. It has no message: dbt tells none.
fn together(done: &[Done]) -> Receipt {
    let mut all = Receipt::default();
    for (_, NodeResult { receipt, .. }) in done {
        all.statements += receipt.statements;
        all.seconds += receipt.seconds;
        if let Some(rows) = receipt.rows_affected {
            all.rows_affected = Some(all.rows_affected.unwrap_or_default() + rows);
        }
    }
    all
}

/// Returns what went wrong in the first batches that failed.
fn findings(done: &[Done]) -> Vec<Diagnostic> {
    let failed = done.iter().filter(|(_, result)| !result.findings.is_empty());
    let more = failed.clone().count().saturating_sub(SHOWN);
    let mut found: Vec<Diagnostic> = failed
        .take(SHOWN)
        .flat_map(|(window, result)| {
            let of = format!("in the batch that begins at {}", window.start.format("%Y-%m-%d %H:%M"));
            result.findings.iter().map(move |finding| finding.clone().note(of.clone()))
        })
        .collect();
    if let Some(last) = found.pop() {
        let other = if more == 1 { "1 more batch".to_owned() } else { format!("{more} more batches") };
        found.push(if more == 0 { last } else { last.note(format!("{other} failed")) });
    }
    found
}

/// Tells whether a template names `this` in one of its tags.
fn names_itself(code: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let expressions = code.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
    let statements = code.split("{%").skip(1).filter_map(|rest| rest.split("%}").next());
    expressions.chain(statements).any(|tag| tag.split(|one| !is_part(one)).any(|word| word == "this"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_names_itself_in_its_tags() {
        for code in
            ["select * from {{ this }}", "{% if load_relation(this) %}1{% endif %}", "{{ f(this.schema) }}"]
        {
            assert!(names_itself(code), "{code}");
        }
        for code in ["select this from x", "{{ ref('a') }} -- this", "{{ this_one }}", "{{ thisis }} {this}"]
        {
            assert!(!names_itself(code), "{code}");
        }
    }

    #[test]
    fn lanes_are_taken_and_given_back() {
        let lanes = Lanes::new(2);
        let first = lanes.enter();
        let second = lanes.try_enter();
        assert!(second.is_some());
        assert!(lanes.try_enter().is_none());
        drop(first);
        assert!(lanes.try_enter().is_some());
    }
}
