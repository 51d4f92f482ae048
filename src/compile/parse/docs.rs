//! Docs blocks, and the descriptions that use them: rendered last, when all blocks are known.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::compile::parse::{Draft, Reading};
use crate::compile::project::DocBlock;
use crate::compile::yaml_text::is_template;
use crate::compile::{context, yaml_text};
use crate::diagnostic::{Diagnostic, codes, suggest};
use crate::graph::nodes::Detail;
use crate::jinja::eval::error::RenderError;
use crate::jinja::eval::{Environment, render};
use crate::jinja::syntax::blocks::{BlockKind, scan};
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::Value;
use crate::jinja::value::object::Native;
use crate::project::files::FileKind;
use crate::project::properties::prose::Prose;

/// Reads every docs block of all packages.
pub(super) fn read(reading: &Reading, findings: &mut Vec<Diagnostic>) -> Vec<DocBlock> {
    let mut docs: Vec<DocBlock> = Vec::new();
    for (package, files) in reading.packages() {
        for file in files.iter().filter(|file| file.kind == FileKind::Docs) {
            let origin = Origin::at(file.file, file.stripped);
            // Markdown may hold anything; what is no docs block is none of ours.
            for block in scan(&file.text, &origin, &mut Vec::new()) {
                if block.kind != BlockKind::Docs {
                    continue;
                }
                let place = origin.place(block.whole.clone());
                let body = file.text.get(block.body.clone()).unwrap_or_default();
                let doc = DocBlock {
                    name: block.name,
                    package: package.name.clone(),
                    path: file.resource_path.clone(),
                    original_file_path: file.path.clone(),
                    contents: contents(body, &origin.from(block.body.start), findings),
                    place,
                };
                let same = |other: &&DocBlock| other.package == doc.package && other.name == doc.name;
                if let Some(other) = docs.iter().find(same) {
                    let message = format!("the package `{}` has two docs named `{}`", doc.package, doc.name);
                    let finding = Diagnostic::at(codes::DUPLICATE_NAME, place, message);
                    findings.push(finding.also(other.place, "the other one"));
                }
                docs.push(doc);
            }
        }
    }
    docs
}

/// Renders what stands in a block, which knows no names.
fn contents(body: &str, origin: &Origin, findings: &mut Vec<Diagnostic>) -> String {
    if !is_template(body) {
        return body.trim().to_owned();
    }
    let template = match parse(body, origin, true) {
        Ok(template) => template,
        Err(finding) => {
            findings.push(*finding);
            return body.trim().to_owned();
        }
    };
    match render(&yaml_text::environment(), &template) {
        Ok(output) => output.text.trim().to_owned(),
        Err(error) => {
            findings.push(error.to_diagnostic());
            body.trim().to_owned()
        }
    }
}

/// Renders the descriptions of everything that has one.
pub(super) fn describe(
    reading: &mut Reading,
    docs: &[DocBlock],
    drafts: &mut [Draft],
    findings: &mut Vec<Diagnostic>,
) {
    let mut writers = Writers::new(reading, docs);
    for Draft { node, .. } in drafts {
        let package = node.package.clone();
        writers.render(&package, &mut node.description, findings);
        for column in &mut node.columns {
            writers.render(&package, &mut column.description, findings);
        }
        match &mut node.detail {
            // A source's own description is that of each of its tables: told wrong once is enough.
            Detail::Source(source) => writers.render(&package, &mut source.source_description, findings),
            Detail::Exposure(exposure) => writers.render(&package, &mut exposure.description, findings),
            _ => {}
        }
    }
    let names: Vec<String> = reading.loaded.packages.iter().map(|package| package.name.clone()).collect();
    for (index, file) in &mut reading.properties {
        let package = names.get(*index).map(String::as_str).unwrap_or_default();
        for described in &mut file.macros {
            writers.render(package, &mut described.description, findings);
            for (_, _, text) in &mut described.arguments {
                writers.render(package, text, findings);
            }
        }
        for group in &mut file.groups {
            writers.render(package, &mut group.description, findings);
        }
    }
}

/// The environments in which descriptions are rendered, one for each package.
struct Writers {
    environments: Vec<(String, Environment)>,
    used: Rc<RefCell<Vec<String>>>,
}

impl Writers {
    fn new(reading: &Reading, docs: &[DocBlock]) -> Self {
        let used: Rc<RefCell<Vec<String>>> = Rc::default();
        let root = reading.loaded.invocation.project_name.clone();
        let docs: Arc<[DocBlock]> = docs.into();
        let environment = |name: &str| {
            let names = yaml_text::environment();
            context::properties(&names, &reading.loaded.invocation, name);
            names.set("doc", doc_function(&docs, &root, name, &used));
            names
        };
        let packages = reading.loaded.packages.iter();
        let environments =
            packages.map(|package| (package.name.clone(), environment(&package.name))).collect();
        Self { environments, used }
    }

    fn render(&mut self, package: &str, prose: &mut Prose, findings: &mut Vec<Diagnostic>) {
        if !is_template(&prose.text) {
            return;
        }
        let Some((_, names)) = self.environments.iter().find(|(name, _)| name == package) else { return };
        let Some(place) = prose.place else { return };
        let origin = Origin::runs(place.file, &prose.runs, place.span.start as usize);
        let result = parse(&prose.text, &origin, false)
            .and_then(|template| render(names, &template).map_err(|error| Box::new(error.to_diagnostic())));
        prose.doc_blocks = self.used.take();
        match result {
            Ok(output) => prose.text = output.text,
            Err(finding) if findings.iter().any(|old| old.primary == finding.primary) => {}
            Err(finding) => findings.push(*finding),
        }
    }
}

/// Makes `doc('name')` and `doc('package', 'name')`: without a package the root project's block comes first, then the
/// own package's, then any.
fn doc_function(docs: &Arc<[DocBlock]>, root: &str, package: &str, used: &Rc<RefCell<Vec<String>>>) -> Value {
    let (docs, used) = (docs.clone(), used.clone());
    let (root, package) = (root.to_owned(), package.to_owned());
    let by_name: HashMap<(String, String), usize> = docs
        .iter()
        .enumerate()
        .map(|(index, doc)| ((doc.package.clone(), doc.name.clone()), index))
        .collect();
    Native::value("doc", move |_, arguments| {
        let texts: Vec<String> = arguments.positional.iter().map(Value::to_text).collect();
        let of = |package: &str, name: &str| by_name.get(&(package.to_owned(), name.to_owned())).copied();
        let (found, name) = match texts.as_slice() {
            [name] => {
                let any = || docs.iter().position(|doc| doc.name == *name);
                (of(&root, name).or_else(|| of(&package, name)).or_else(any), name)
            }
            [package, name] => (of(package, name), name),
            _ => {
                let error = RenderError::new("doc() takes one or two names");
                return Err(error.hint("write `doc('name')` or `doc('package', 'name')`").into());
            }
        };
        let Some(doc) = found.and_then(|index| docs.get(index)) else {
            let error = RenderError::new(format!("there is no docs block `{}`", texts.join(".")));
            let near = suggest::nearest(name, docs.iter().map(|doc| doc.name.as_str()));
            return Err(match near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => {
                    error.hint(format!("write `{{% docs {name} %}} ... {{% enddocs %}}` in a Markdown file"))
                }
            }
            .into());
        };
        let id = doc.unique_id();
        if !used.borrow().contains(&id) {
            used.borrow_mut().push(id);
        }
        Ok(Value::from(doc.contents.as_str()))
    })
}
