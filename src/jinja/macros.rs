//! All macros of all packages: finding them by name as dbt does, and dispatch to the adapter's variant.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use crate::base::source::FileId;
use crate::diagnostic::Diagnostic;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::syntax::blocks::{Block, definition};
use crate::jinja::syntax::tree::MacroDefinition;
use crate::jinja::syntax::{Origin, Parsed};
use crate::jinja::value::{Arguments, Object, Value};

/// One macro, lowered when it is first used.
#[derive(Debug)]
pub struct Macro {
    /// Its package.
    pub package: String,
    /// Its name.
    pub name: String,
    /// Its path relative to the package's folder.
    pub path: String,
    /// The text it is written in.
    pub file: FileId,
    text: Arc<str>,
    block: Block,
    origin: Origin,
    definition: OnceLock<Parsed<Arc<MacroDefinition>>>,
}

impl Macro {
    /// Makes a macro of a block of a text.
    pub fn new(package: &str, path: &str, text: &Arc<str>, block: Block, origin: &Origin) -> Self {
        Self {
            package: package.to_owned(),
            name: block.name.clone(),
            path: path.to_owned(),
            file: origin.file(),
            text: text.clone(),
            block,
            origin: origin.clone(),
            definition: OnceLock::new(),
        }
    }

    /// Returns `macro.<package>.<name>`.
    pub fn unique_id(&self) -> String {
        format!("macro.{}.{}", self.package, self.name)
    }

    /// Returns the whole text of the block, with the blanks that its outer tags take away.
    pub fn sql(&self) -> &str {
        let std::ops::Range { mut start, mut end } = self.block.whole;
        let part = |range| self.text.get(range).unwrap_or_default();
        let before = part(0..start).trim_end();
        // Blanks between two blocks go to the first that takes them.
        if part(start..end).starts_with("{%-") && !before.ends_with("-%}") {
            start = before.len();
        }
        if part(start..end).ends_with("-%}") {
            let rest = self.text.get(end..).unwrap_or_default();
            end += rest.len() - rest.trim_start().len();
        }
        part(start..end)
    }

    /// Lowers the macro, or says what is wrong with it.
    pub fn definition(&self) -> std::result::Result<&Arc<MacroDefinition>, &Diagnostic> {
        let lowered = self.definition.get_or_init(|| definition(&self.text, &self.block, &self.origin));
        lowered.as_ref().map_err(|finding| &**finding)
    }

    /// Returns the place of the block.
    pub fn place(&self) -> crate::base::source::Place {
        self.origin.place(self.block.whole.clone())
    }
}

type Package = HashMap<String, Arc<Macro>>;

/// All macros.
#[derive(Debug, Default)]
pub struct MacroRegistry {
    packages: BTreeMap<String, Package>,
    /// The root project's package.
    root: String,
    /// The packages that come with the program, the adapter's first: found by bare name by everyone.
    internal: Vec<String>,
    /// The adapter's name, which begins the names of its variants.
    adapter: String,
    /// Search orders of dispatch, by namespace.
    orders: Vec<(String, Vec<String>)>,
}

impl MacroRegistry {
    /// Makes a registry without macros.
    pub fn new(root: &str, adapter: &str, internal: Vec<String>, orders: Vec<(String, Vec<String>)>) -> Self {
        Self {
            packages: BTreeMap::new(),
            root: root.to_owned(),
            internal,
            adapter: adapter.to_owned(),
            orders,
        }
    }

    /// Adds a macro; returns the one that has the name in the package already.
    pub fn add(&mut self, entry: Macro) -> Option<Arc<Macro>> {
        let package = self.packages.entry(entry.package.clone()).or_default();
        if let Some(old) = package.get(&entry.name) {
            return Some(old.clone());
        }
        package.insert(entry.name.clone(), Arc::new(entry));
        None
    }

    /// Tells whether there is a package of a name.
    pub fn has_package(&self, name: &str) -> bool {
        self.packages.contains_key(name)
    }

    /// Returns a macro of a package.
    pub fn get(&self, package: &str, name: &str) -> Option<&Arc<Macro>> {
        self.packages.get(package)?.get(name)
    }

    /// Returns all macros, sorted by package and name.
    pub fn all(&self) -> Vec<&Arc<Macro>> {
        let mut all: Vec<&Arc<Macro>> = self.packages.values().flat_map(HashMap::values).collect();
        all.sort_by(|a, b| (&a.package, &a.name).cmp(&(&b.package, &b.name)));
        all
    }

    /// Finds a macro by bare name for a node of a package: own package, root, internal packages.
    pub fn find(&self, package: &str, name: &str) -> Option<&Arc<Macro>> {
        let places =
            [package, self.root.as_str()].into_iter().chain(self.internal.iter().map(String::as_str));
        places.into_iter().find_map(|package| self.get(package, name))
    }

    /// Finds what a bare name means for a node of a package: a macro, or a package as a namespace.
    pub fn lookup(self: &Arc<Self>, package: &str, name: &str) -> Option<Value> {
        if let Some(found) = self.get(package, name).or_else(|| self.get(&self.root, name)) {
            return Some(Value::object(MacroValue(found.clone())));
        }
        if self.has_package(name) {
            return Some(Value::object(Namespace { registry: self.clone(), package: name.to_owned() }));
        }
        let found = self.internal.iter().find_map(|package| self.get(package, name));
        found.map(|found| Value::object(MacroValue(found.clone())))
    }

    /// Finds the variant of a macro for the adapter; the names tried are the error.
    pub fn dispatch(
        &self,
        package: &str,
        name: &str,
        namespace: Option<&str>,
    ) -> std::result::Result<&Arc<Macro>, Vec<String>> {
        let prefixes = [self.adapter.as_str(), "default"];
        let configured =
            namespace.and_then(|namespace| self.orders.iter().find(|(name, _)| name == namespace));
        let searched: Option<Vec<&str>> = match (configured, namespace) {
            (Some((_, order)), _) => Some(order.iter().map(String::as_str).collect()),
            (None, Some(namespace))
                if !self.internal.iter().any(|name| name == namespace) && self.has_package(namespace) =>
            {
                Some(vec![self.root.as_str(), namespace])
            }
            _ => None,
        };
        let mut tried = Vec::new();
        let Some(packages) = searched else {
            for prefix in prefixes {
                let variant = format!("{prefix}__{name}");
                if let Some(found) = self.find(package, &variant) {
                    return Ok(found);
                }
                tried.push(variant);
            }
            return Err(tried);
        };
        for package in packages {
            for prefix in prefixes {
                let variant = format!("{prefix}__{name}");
                let found = if self.internal.iter().any(|name| name == package) {
                    self.internal.iter().find_map(|package| self.get(package, &variant))
                } else {
                    self.get(package, &variant)
                };
                if let Some(found) = found {
                    return Ok(found);
                }
                tried.push(format!("{package}.{variant}"));
            }
        }
        Err(tried)
    }

    /// Finds the macro of a materialization: the adapter's before the default one; of these the root project's before
    /// the program's own, and this before other packages'.
    pub fn materialization(&self, name: &str) -> Option<&Arc<Macro>> {
        let own: Vec<&str> = std::iter::once(&self.root).chain(&self.internal).map(String::as_str).collect();
        let variants =
            [self.adapter.as_str(), "default"].map(|adapter| format!("materialization_{name}_{adapter}"));
        let found =
            variants.iter().find_map(|variant| own.iter().find_map(|package| self.get(package, variant)));
        // A package adds materializations, but takes the place of none that is built in.
        let imported = || {
            let all = self.all();
            variants.iter().find_map(|variant| all.iter().find(|entry| entry.name == *variant).copied())
        };
        found.or_else(imported)
    }

    /// Finds the macro of a generic test: in its namespace if it has one, else by bare name, else in the packages
    /// whose tests the program brings along.
    pub fn test(&self, package: &str, namespace: Option<&str>, test: &str) -> Option<&Arc<Macro>> {
        let name = format!("test_{test}");
        match namespace {
            Some(namespace) => self.get(namespace, &name),
            None => self.find(package, &name).or_else(|| {
                ["dbt_utils", "dbt_expectations"].iter().find_map(|package| self.get(package, &name))
            }),
        }
    }
}

/// A macro as a value.
pub struct MacroValue(pub Arc<Macro>);

impl Object for MacroValue {
    fn type_name(&self) -> &'static str {
        "MacroGenerator"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "name" => Some(Value::from(self.0.name.as_str())),
            "package_name" => Some(Value::from(self.0.package.as_str())),
            "unique_id" => Some(Value::from(self.0.unique_id())),
            _ => None,
        }
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call(&self, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        evaluator.note_macro(&self.0.unique_id());
        match self.0.definition() {
            Ok(definition) => {
                let definition = definition.clone();
                evaluator.call_macro(&definition, None, arguments)
            }
            Err(finding) => {
                let mut error = RenderError::new(finding.message.clone());
                error.place = finding.primary.as_ref().map(|label| label.place);
                error.hint = finding.hints.first().cloned();
                Err(error.into())
            }
        }
    }

    fn text(&self) -> String {
        format!("<MacroGenerator {}>", self.0.name)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A package as a value: `dbt_utils.star`.
struct Namespace {
    registry: Arc<MacroRegistry>,
    package: String,
}

impl Object for Namespace {
    fn type_name(&self) -> &'static str {
        "MacroNamespace"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        // `dbt` stands for all internal packages.
        let internal = self.registry.internal.contains(&self.package);
        let found = if internal {
            self.registry.internal.iter().find_map(|package| self.registry.get(package, name))
        } else {
            self.registry.get(&self.package, name)
        };
        found.map(|found| Value::object(MacroValue(found.clone())))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        format!("<package {}>", self.package)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
