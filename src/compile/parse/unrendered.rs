//! What the user's files say of a node's configuration, as it is written: what comes later takes the place of what came
//! before, nothing is joined. Other programs tell by it whether a configuration was changed.

use crate::base::data::DataMap;
use crate::compile::parse::Reading;
use crate::compile::project::Package;
use crate::project::config_tree;

/// Puts together what the projects' trees, property files and calls say of a node; `own` is in the order of counting.
pub(super) fn gather(
    reading: &Reading,
    package: &Package,
    key: &str,
    fqn: &[String],
    own: &[&DataMap],
) -> DataMap {
    let mut values = DataMap::new();
    let tree = |values: &mut DataMap, package: &Package| {
        let found = package.definition.unrendered_tree(key).map(|tree| config_tree::walk(tree, fqn));
        values.extend(found.unwrap_or_default().into_iter().map(|value| (value.key, value.value)));
    };
    tree(&mut values, package);
    for given in own {
        values.extend(given.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    if let Some(root) = reading.root().filter(|root| root.name != package.name) {
        tree(&mut values, root);
    }
    values
}
