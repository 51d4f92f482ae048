//! The fingerprints of a project: which variables its nodes read and what these are, and the contents of large seeds.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::base::data::Data;
use crate::base::fs;
use crate::compile::changes::text::{arguments_of, mentions};
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::project::files::hex;
use crate::state::{Fingerprint, Fingerprints};

/// The names of variables and environment variables that a text reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Read {
    variables: HashSet<String>,
    environment: HashSet<String>,
}

impl Read {
    fn of(text: &str) -> Self {
        let names = |function| arguments_of(text, function).into_iter().map(str::to_owned).collect();
        Self { variables: names("var"), environment: names("env_var") }
    }

    fn extend(&mut self, more: &Self) {
        self.variables.extend(more.variables.iter().cloned());
        self.environment.extend(more.environment.iter().cloned());
    }

    fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.environment.is_empty()
    }
}

/// Returns the fingerprints of all enabled nodes. Contents of seeds are not looked at: that takes their whole files.
pub fn fingerprints(project: &Project) -> Fingerprints {
    let macros = macros_that_read(project);
    let one = |node: &Node| {
        let written = Data::Map(node.unrendered_config.clone()).to_json().to_string();
        let mut read = Read::of(&node.raw_code);
        read.extend(&Read::of(&written));
        let mut names: Vec<&str> = mentions(&node.raw_code);
        names.extend(mentions(&written));
        let test = node.generic_test().map(|test| format!("test_{}", test.test));
        names.extend(test.as_deref());
        for name in names {
            if let Some(more) = macros.get(name) {
                read.extend(more);
            }
        }
        (node.unique_id.clone(), fingerprint(project, node, &read))
    };
    let prints = project.nodes.enabled.values().map(one).filter(|(_, print)| !print.is_empty());
    Fingerprints(prints.collect())
}

/// Returns the hash of a seed's file; `None` when it cannot be read.
pub fn content(node: &Node) -> Option<String> {
    let path = Path::new(&node.root_path).join(&node.original_file_path);
    (node.resource_type == ResourceType::Seed)
        .then(|| fs::read_bytes(&path).ok())
        .flatten()
        .map(|bytes| hash(&bytes))
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn fingerprint(project: &Project, node: &Node, read: &Read) -> Fingerprint {
    let invocation = &project.invocation;
    let variables = read.variables.iter().filter_map(|name| {
        let value = invocation.variables.get(&node.package, name)?;
        Some((name.clone(), hash(value.to_json().to_string().as_bytes())))
    });
    let environment = read
        .environment
        .iter()
        .filter_map(|name| Some((name.clone(), hash(invocation.environment.get(name)?.as_bytes()))));
    Fingerprint { variables: variables.collect(), environment: environment.collect(), content: None }
}

/// Returns what the macros of projects and packages read, they themselves and those that they reach, by name.
fn macros_that_read(project: &Project) -> HashMap<String, Read> {
    let is_built_in = |file| project.sources.get(file).is_some_and(|source| source.name.starts_with('<'));
    let all = project.macros.all();
    let own: Vec<_> = all.into_iter().filter(|entry| !is_built_in(entry.file)).collect();
    let names: HashSet<&str> = own.iter().map(|entry| entry.name.as_str()).collect();
    let mut reads: HashMap<String, Read> = HashMap::new();
    let mut callers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in &own {
        let general = entry.name.split_once("__").map(|(_, general)| general);
        for name in std::iter::once(entry.name.as_str()).chain(general) {
            reads.entry(name.to_owned()).or_default().extend(&Read::of(entry.sql()));
        }
        for called in mentions(entry.sql()).into_iter().filter(|name| names.contains(name)) {
            callers.entry(called).or_default().push(&entry.name);
        }
    }
    // What is called hands what it reads on to who calls it, until nothing is new.
    let mut open: Vec<String> =
        reads.iter().filter(|(_, read)| !read.is_empty()).map(|(name, _)| name.clone()).collect();
    while let Some(name) = open.pop() {
        let read = reads.get(&name).cloned().unwrap_or_default();
        for caller in callers.get(name.as_str()).into_iter().flatten() {
            let known = reads.entry((*caller).to_owned()).or_default();
            let before = known.clone();
            known.extend(&read);
            if *known != before {
                open.push((*caller).to_owned());
            }
        }
    }
    reads.retain(|_, read| !read.is_empty());
    reads
}
