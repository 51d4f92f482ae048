//! Which file defines which version of a model.

use std::collections::HashMap;

use crate::base::source::FileId;
use crate::compile::load::Loaded;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::files::{FileKind, ProjectFile};
use crate::project::properties::PropertyFile;
use crate::project::properties::version::Version;

/// Finds the file of every version; one that has none is a finding.
pub(super) fn assign(
    loaded: &Loaded,
    properties: &[(usize, PropertyFile)],
    findings: &mut Vec<Diagnostic>,
) -> HashMap<(String, FileId), (String, Version)> {
    let mut assigned = HashMap::new();
    for (index, file) in properties {
        let (Some(package), Some(files)) = (loaded.packages.get(*index), loaded.files.get(*index)) else {
            continue;
        };
        for version in file.resources.iter().flat_map(|(_, resource)| &resource.versions) {
            let stems = version.stems();
            let defines = |stem: &String| files.iter().find(|file| is_model(file, stem));
            let Some(found) = stems.iter().find_map(defines) else {
                let name = &version.properties.name;
                let message = format!("version `{}` of `{name}` has no file", version.text());
                let stem = stems.first().map(String::as_str).unwrap_or_default();
                let stems = files.iter().filter(|file| file.kind == FileKind::Model).map(stem_of);
                let finding = Diagnostic::at(codes::UNMATCHED_PROPERTIES, version.place, message);
                findings.push(
                    finding
                        .hint_nearest(stem, stems)
                        .hint(format!("write `{stem}.sql`, or say with `defined_in` which file it is")),
                );
                continue;
            };
            let key = (package.name.clone(), found.file);
            assigned.insert(key, (file.path.clone(), version.clone()));
        }
    }
    assigned
}

fn is_model(file: &ProjectFile, stem: &str) -> bool {
    matches!(file.kind, FileKind::Model | FileKind::PythonModel) && stem_of(file) == stem
}

fn stem_of(file: &ProjectFile) -> &str {
    let name = file.resource_path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
