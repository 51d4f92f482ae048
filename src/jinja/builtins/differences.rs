//! `diff_of_two_dicts`: what lists under the same names do not share. Knows nothing of grants, which need it.

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::object::Native;
use crate::jinja::value::{Dict, Key, Value, containers};

/// Makes `diff_of_two_dicts(a, b)`: the items of `a` that `b` does not have, whatever the case of letters.
pub fn diff_of_two_dicts() -> Value {
    Native::value("diff_of_two_dicts", |_, arguments| {
        let mut reader = arguments.reader("diff_of_two_dicts");
        let (a, b) = (reader.required("dict_a")?, reader.required("dict_b")?);
        reader.finish()?;
        let (Value::Dict(a), Value::Dict(b)) = (&a, &b) else {
            return Err(RenderError::new("diff_of_two_dicts() needs two dicts of lists").into());
        };
        Ok(Value::dict(differences(&a.borrow(), &b.borrow())?))
    })
}

fn lowered(value: &Value) -> String {
    value.to_text().to_lowercase()
}

fn differences(a: &Dict, b: &Dict) -> Result<Vec<(String, Value)>> {
    let mut found = Vec::new();
    for (Key(name), items) in a {
        let other = b.iter().find(|(Key(other), _)| lowered(other) == lowered(name));
        let known: Vec<String> = match other {
            Some((_, items)) => containers::items_of(items)?.iter().map(lowered).collect(),
            None => Vec::new(),
        };
        let items = containers::items_of(items)?;
        let left: Vec<Value> = items.into_iter().filter(|item| !known.contains(&lowered(item))).collect();
        // A name that the other does not have stays even without items.
        if !left.is_empty() || other.is_none() {
            found.push((name.to_text(), Value::list(left)));
        }
    }
    Ok(found)
}
