//! The evaluator: walks a template's tree and writes text that knows where it came from.

mod calls;
pub mod error;
mod expressions;
pub mod items;
mod loops;
mod native;
pub mod scope;
mod statements;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::base::source::Place;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::scope::Scope;
use crate::jinja::limits::{self, Limits, Metered};
use crate::jinja::macros::MacroRegistry;
use crate::jinja::provenance::{Frame, Output};
use crate::jinja::syntax::tree::Template;
use crate::jinja::value::Value;

pub use native::render_native;

/// What undefined names do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Reading the project: anything may be done with an undefined name, and nothing comes of it.
    Parse,
    /// Running: an undefined name prints nothing, and using it is an error.
    Execute,
}

/// Makes a value of the context.
type Late = Rc<dyn Fn() -> Value>;

/// What a render knows beside the template: macros, the names of its context, and how strict it is.
pub struct Environment {
    /// All macros.
    pub macros: Arc<MacroRegistry>,
    /// The package whose macros come first.
    pub package: Rc<str>,
    /// The context's names. Macros of the same name come before them.
    pub context: RefCell<HashMap<Rc<str>, Value>>,
    /// Whether macros may be called by name; property files know none.
    pub with_macros: bool,
    /// What undefined names do.
    pub mode: Mode,
    /// How much may be used.
    pub limits: Cell<Limits>,
    /// Names whose values are made when they are asked for.
    late: RefCell<HashMap<Rc<str>, Late>>,
    /// The ids of the macros called from the template itself.
    called: RefCell<Vec<String>>,
    /// What stands in for macros and names of the context, wherever they are called.
    overrides: RefCell<HashMap<Rc<str>, Value>>,
}

impl Environment {
    /// Makes an environment.
    pub fn new(macros: Arc<MacroRegistry>, package: &str, mode: Mode) -> Self {
        Self {
            macros,
            package: package.into(),
            context: RefCell::default(),
            with_macros: true,
            mode,
            limits: Cell::default(),
            late: RefCell::default(),
            called: RefCell::default(),
            overrides: RefCell::default(),
        }
    }

    /// Sets a name of the context.
    pub fn set(&self, name: &str, value: Value) {
        self.context.borrow_mut().insert(name.into(), value);
    }

    /// Lets a value stand in for what a name means, be it a macro.
    pub fn replace(&self, name: &str, value: Value) {
        self.overrides.borrow_mut().insert(name.into(), value);
    }

    /// Sets a name of the context whose value is only made when a template asks for it.
    pub fn set_late(&self, name: &str, make: impl Fn() -> Value + 'static) {
        self.late.borrow_mut().insert(name.into(), Rc::new(make));
        self.context.borrow_mut().remove(name);
    }

    /// Returns a name of the context.
    pub fn get(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.context.borrow().get(name) {
            return Some(value.clone());
        }
        let make = self.late.borrow().get(name).cloned()?;
        let value = make();
        self.set(name, value.clone());
        Some(value)
    }

    /// Returns the ids of the macros that templates rendered here called directly, in order, without repeats.
    pub fn called_macros(&self) -> Vec<String> {
        self.called.borrow().clone()
    }

    fn note_call(&self, id: &str) {
        let mut called = self.called.borrow_mut();
        if !called.iter().any(|known| known == id) {
            called.push(id.to_owned());
        }
    }
}

/// Renders a template to text.
pub fn render(environment: &Environment, template: &Template) -> std::result::Result<Output, RenderError> {
    let mut evaluator = Evaluator::new(environment);
    evaluator.render(template).map_err(|interrupt| interrupt.into_error())
}

/// Evaluates one call from outside, such as a materialization macro.
pub fn call(
    environment: &Environment,
    callable: &Value,
    arguments: crate::jinja::value::Arguments,
) -> std::result::Result<Value, RenderError> {
    Evaluator::new(environment).call_value(callable, arguments).map_err(|interrupt| interrupt.into_error())
}

/// The state of one render.
pub struct Evaluator<'e> {
    /// What the render knows beside the template.
    pub environment: &'e Environment,
    scope: Rc<Scope>,
    output: Output,
    frame: Option<Rc<Frame>>,
    here: Option<Place>,
    depth: usize,
    _metered: Metered,
    /// What the template itself writes, one by one, when it is rendered natively.
    nodes: Option<Vec<Value>>,
}

impl<'e> Evaluator<'e> {
    /// Makes an evaluator with nothing written.
    pub fn new(environment: &'e Environment) -> Self {
        Self {
            environment,
            scope: Scope::root(),
            output: Output::default(),
            frame: None,
            here: None,
            depth: 0,
            _metered: Metered::begin(environment.limits.get()),
            nodes: None,
        }
    }

    /// Renders a template in a scope of its own, within the calls under way, and returns what it writes.
    pub fn render(&mut self, template: &Template) -> Result<Output> {
        let scope = std::mem::replace(&mut self.scope, Scope::root());
        let result = self.capture(|evaluator| evaluator.block(&template.body));
        self.scope = scope;
        result
    }

    /// Returns the place of the expression being evaluated.
    pub fn here(&self) -> Option<Place> {
        self.here
    }

    /// Returns the names of the macros being called, innermost first.
    pub fn call_names(&self) -> Vec<Rc<str>> {
        let mut names = Vec::new();
        let mut frame = self.frame.clone();
        while let Some(call) = frame {
            names.push(call.name.clone());
            frame = call.parent.clone();
        }
        names
    }

    /// Returns the place nearest to the user: the outermost one of the calls under way.
    pub fn outermost_place(&self) -> Option<Place> {
        let mut place = self.here;
        let mut frame = self.frame.clone();
        while let Some(call) = frame {
            place = call.called_at.or(place);
            frame = call.parent.clone();
        }
        place
    }

    /// Runs something and returns what it wrote.
    fn capture(&mut self, body: impl FnOnce(&mut Self) -> Result<()>) -> Result<Output> {
        let outer = std::mem::take(&mut self.output);
        let nodes = self.nodes.take();
        let result = body(self);
        self.nodes = nodes;
        let written = std::mem::replace(&mut self.output, outer);
        result.map(|()| written)
    }

    /// Runs something in a scope inside the present one.
    fn scoped<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let inner = Scope::inside(&self.scope);
        let outer = std::mem::replace(&mut self.scope, inner);
        let result = body(self);
        self.scope = outer;
        result
    }

    fn step(&mut self, place: Place) -> Result<()> {
        limits::work(1);
        let most = self.environment.limits.get().output;
        if self.output.text.len() > most {
            let error = RenderError::new(format!("this template writes more than {} MiB", most >> 20)).hint(
                "if it really writes that much, raise `template_limits: {output_mib: ...}` in the profile's output",
            );
            return Err(self.located(error, place));
        }
        self.checked(place)
    }

    /// Fails when a bound of memory, work or depth was passed.
    fn checked(&self, place: Place) -> Result<()> {
        limits::passed().map_or(Ok(()), |error| Err(self.located(error, place)))
    }

    fn located(&self, mut error: RenderError, place: Place) -> Box<error::Interrupt> {
        error.locate(place, self.frame.as_ref());
        error.into()
    }

    /// Gives an error that has no place yet the place it happened at.
    fn locate<T>(&self, result: Result<T>, place: Place) -> Result<T> {
        result.map_err(|mut interrupt| {
            if let error::Interrupt::Error(error) = &mut *interrupt {
                error.locate(place, self.frame.as_ref());
            }
            interrupt
        })
    }

    /// Finds a name: scopes, macros, context, Jinja's own globals.
    pub fn lookup(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.scope.get(name) {
            return Some(value);
        }
        let environment = self.environment;
        if let Some(value) = environment.overrides.borrow().get(name) {
            return Some(value.clone());
        }
        if environment.with_macros
            && let Some(value) = environment.macros.lookup(&environment.package, name)
        {
            return Some(value);
        }
        if let Some(value) = environment.get(name) {
            return Some(value);
        }
        crate::jinja::filters::globals::get(name)
    }

    /// Makes the error of using a name that has no value, with the nearest one that has.
    pub(crate) fn undefined_error(&self, name: &str) -> RenderError {
        let environment = self.environment;
        let mut known: Vec<String> = environment.context.borrow().keys().map(ToString::to_string).collect();
        if environment.with_macros {
            known.extend(environment.macros.all().into_iter().map(|entry| entry.name.clone()));
        }
        known.extend(crate::jinja::filters::globals::names().map(str::to_owned));
        // Of equally near names the first by alphabet is told, every time.
        known.sort_unstable();
        let error = RenderError::undefined(name);
        match crate::diagnostic::suggest::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
    }

    fn undefined(&self, name: &str) -> Value {
        Value::Undefined(name.into())
    }

    /// What an attribute that is not there gives: undefined, or an error when the value itself is undefined.
    pub(crate) fn missing_attribute(&self, value: &Value, name: &str, called: bool) -> Result<Value> {
        match value {
            Value::Undefined(_) if self.environment.mode == Mode::Parse => Ok(value.clone()),
            Value::Undefined(known) => Err(self.undefined_error(known).into()),
            other if called && self.environment.mode == Mode::Execute => {
                let message = format!("'{}' has no attribute '{name}'", describe(other));
                Err(RenderError::new(message).into())
            }
            // Errors that name it are those of `RenderError::undefined`, which knows this form.
            other => Ok(self.undefined(&format!("{}.{name}", describe(other)))),
        }
    }
}

fn describe(value: &Value) -> String {
    format!("{} object", value.type_name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceMap;
    use crate::jinja::macros::Macro;
    use crate::jinja::syntax::{Origin, blocks, parse};

    /// Renders on the test's own thread, whose stack is small.
    fn rendered(text: &str, macros: &str) -> std::result::Result<String, String> {
        let sources = SourceMap::default();
        let mut registry = MacroRegistry::new("root", "duckdb", Vec::new(), Vec::new());
        let origin = Origin::at(sources.add("macros", macros), 0);
        for block in blocks::scan(macros, &origin, &mut Vec::new()) {
            registry.add(Macro::new("root", "macros", &macros.into(), block, &origin));
        }
        let template = parse(text, &Origin::at(sources.add("template", text), 0), false);
        let template = template.map_err(|finding| finding.message.clone())?;
        let environment = Environment::new(Arc::new(registry), "root", Mode::Execute);
        render(&environment, &template).map(|output| output.text).map_err(|error| error.message)
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_the_end_of_the_process() {
        let deep = |open: &str, close: &str| {
            rendered(&format!("{{{{ {}1{} }}}}", open.repeat(5000), close.repeat(5000)), "")
        };
        for (open, close) in [("(", ")"), ("[", "]"), ("{1: ", "}"), ("f(", ")"), ("- ", ""), ("not ", "")] {
            assert!(deep(open, close).is_err(), "{open}");
        }
        assert!(rendered(&format!("{{{{ 1{} }}}}", " ~ 1".repeat(50_000)), "").is_err());
        assert!(rendered(&format!("{{{{ a{} }}}}", ".a".repeat(50_000)), "").is_err());
        assert!(rendered(&format!("{{{{ 1{} }}}}", " if a else 1".repeat(5000)), "").is_err());
        let elifs = "{% elif a %}b".repeat(5000);
        assert!(rendered(&format!("{{% if a %}}b{elifs}{{% endif %}}"), "").is_err());
    }

    #[test]
    fn long_chains_render_on_a_small_stack() {
        let ones = rendered(&format!("{{{{ 1{} }}}}", " ~ 1".repeat(1500)), "").unwrap();
        assert_eq!(ones.len(), 1501);
        let elifs = "{% elif false %}b".repeat(800);
        assert_eq!(
            rendered(&format!("{{% if false %}}a{elifs}{{% else %}}c{{% endif %}}"), "").unwrap(),
            "c"
        );
    }

    #[test]
    fn macros_call_each_other_deeply_on_a_small_stack() {
        let down = "{% macro down(n) %}{% for i in [1] %}{% if n > 0 %}{{ down(n - 1) }}{% endif %}{% endfor %}.\
                    {% endmacro %}";
        assert_eq!(rendered("{{ down(400) }}", down).unwrap().len(), 401);
        assert!(rendered("{{ down(4000) }}", down).unwrap_err().contains("500 levels"));
    }

    #[test]
    fn values_that_nest_deeply_print_or_are_refused() {
        let grown = |n: usize| {
            format!(
                "{{% set ns = namespace(l=[]) %}}{{% for i in range({n}) %}}{{% set ns.l = [ns.l] %}}{{% endfor %}}"
            )
        };
        for print in
            ["{{ ns.l }}", "{{ ns.l | tojson | length }}", "{{ ns.l == [ns.l] }}", "{{ ns.l | pprint }}"]
        {
            assert!(rendered(&(grown(900) + print), "").is_ok(), "{print}");
            assert!(rendered(&(grown(50_000) + print), "").is_err(), "{print}");
        }
    }
}
