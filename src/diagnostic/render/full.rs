//! Findings with the lines of source they are about, in the manner of rustc.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::base::source::SourceMap;
use crate::diagnostic::{Diagnostic, Label, Severity};

/// Draws one finding; `colour` says whether ANSI colours are wanted.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group =
        Group::with_title(level.primary_title(diagnostic.message.clone()).id(diagnostic.code.name));
    for (file, labels) in by_file(diagnostic) {
        let Some(source) = sources.get(file) else { continue };
        let text = source.text.to_string();
        if text.is_empty() {
            // There is no line to show: the file alone.
            group = group.element(Origin::path(source.name.clone()));
            continue;
        }
        let snippet = labels.iter().fold(
            Snippet::source(text.clone()).path(source.name.clone()),
            |snippet, (label, kind)| {
                let range = clamp(&text, label.place.span.range());
                let annotation = kind.span(range);
                let annotation =
                    if label.text.is_empty() { annotation } else { annotation.label(label.text.clone()) };
                snippet.annotation(annotation)
            },
        );
        group = group.element(snippet);
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.clone()));
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.message(hint.clone()));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// Groups the labels by file, the primary one's file first.
fn by_file(diagnostic: &Diagnostic) -> Vec<(crate::base::source::FileId, Vec<(&Label, AnnotationKind)>)> {
    let primary = diagnostic.primary.iter().map(|label| (label, AnnotationKind::Primary));
    let secondary = diagnostic.secondary.iter().map(|label| (label, AnnotationKind::Context));
    let mut files: Vec<(_, Vec<_>)> = Vec::new();
    for (label, kind) in primary.chain(secondary) {
        match files.iter_mut().find(|(file, _)| *file == label.place.file) {
            Some((_, labels)) => labels.push((label, kind)),
            None => files.push((label.place.file, vec![(label, kind)])),
        }
    }
    files
}

/// Keeps a range inside the text and on character boundaries.
fn clamp(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = crate::base::text::floor_char(text, range.start);
    let end = crate::base::text::floor_char(text, range.end).max(start);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Place;
    use crate::base::text::Span;
    use crate::diagnostic::codes;

    #[test]
    fn a_finding_shows_its_line_and_its_cure() {
        let sources = SourceMap::default();
        let file = sources.add("models/orders.sql", "select id\nfrom {{ ref('custmers') }}\n");
        let finding =
            Diagnostic::at(codes::UNKNOWN_REF, Place::new(file, Span::new(22, 32)), "no model `custmers`")
                .hint_nearest("custmers", ["customers"]);
        insta::assert_snapshot!(render(&finding, &sources, false), @r"
        error[unknown-ref]: no model `custmers`
         --> models/orders.sql:2:13
          |
        2 | from {{ ref('custmers') }}
          |             ^^^^^^^^^^
          |
          = help: did you mean `customers`?
        ");
    }
}
