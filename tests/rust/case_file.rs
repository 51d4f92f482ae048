//! Markdown files of cases: read into named blocks, and written back with new expectations. Knows no kind of case.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{fs, io};

/// One fenced block: the word behind the fence and the lines inside.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The word behind the fence.
    pub block: String,
    /// The lines inside, without the last newline.
    pub text: String,
    /// What the line before the fence says if it is nothing but text in backticks: the path of a file.
    pub path: Option<String>,
    /// The line of the opening fence and that of the closing one.
    lines: (usize, usize),
}

/// What a case really gives.
pub(crate) struct Answer {
    /// The word behind the fence.
    pub block: &'static str,
    /// The lines inside.
    pub text: String,
}

/// One heading with its blocks. The last block is what is expected.
pub(crate) struct Case {
    /// `<folder>/<file>::<heading>`
    pub name: String,
    path: PathBuf,
    heading: String,
    blocks: Vec<Block>,
    prose: Vec<(usize, String)>,
}

/// What stands under a heading, from top to bottom.
pub(crate) enum Step<'c> {
    /// A block that is a file: its path and its text.
    File(&'c str, &'c str),
    /// A line `Word: what it says`.
    Line(&'c str, &'c str),
}

impl Case {
    /// Returns the text of a block by its word.
    pub(crate) fn block(&self, word: &str) -> Option<&str> {
        self.blocks.iter().find(|block| block.block == word).map(|block| block.text.as_str())
    }

    /// Returns the blocks that are files, with their paths.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.blocks.iter().filter_map(|block| Some((block.path.as_deref()?, block.text.as_str())))
    }

    /// Returns what the lines of prose that begin with `word:` say.
    pub(crate) fn lines<'c>(&'c self, word: &'c str) -> impl Iterator<Item = &'c str> {
        self.prose
            .iter()
            .filter_map(move |(_, line)| Some(line.strip_prefix(word)?.strip_prefix(':')?.trim()))
    }

    /// Returns files and lines in the order in which they stand.
    pub(crate) fn steps(&self) -> Vec<Step<'_>> {
        let files = self.blocks.iter().filter_map(|block| {
            Some((block.lines.0, Step::File(block.path.as_deref()?, block.text.as_str())))
        });
        let lines = self.prose.iter().filter_map(|(number, line)| {
            let (word, said) = line.split_once(": ")?;
            Some((*number, Step::Line(word, said.trim())))
        });
        let mut steps: Vec<_> = files.chain(lines).collect();
        steps.sort_by_key(|(number, _)| *number);
        steps.into_iter().map(|(_, step)| step).collect()
    }

    /// Returns the folder of the case's file.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// Returns what is expected.
    pub(crate) fn expected(&self) -> Option<&Block> {
        self.blocks.last()
    }

    /// Writes what the case really gives into its file.
    pub(crate) fn update(&self, answer: &Answer) -> io::Result<()> {
        // Cases run side by side; the files are read again, for another case may have changed this one.
        static WRITING: Mutex<()> = Mutex::new(());
        let _guard = WRITING.lock();
        let text = fs::read_to_string(&self.path)?;
        let mut lines: Vec<&str> = text.lines().collect();
        let expected = headings(&text).into_iter().find(|section| section.heading == self.heading);
        let Some(block) = expected.and_then(|section| section.blocks.last().cloned()) else {
            return Err(io::Error::other("the case is gone from its file"));
        };
        let fence = format!("```{}", answer.block);
        let mut fresh = vec![fence.as_str()];
        if !answer.text.is_empty() {
            fresh.extend(answer.text.split('\n'));
        }
        lines.splice(block.lines.0..block.lines.1, fresh);
        fs::write(&self.path, lines.join("\n") + "\n")
    }
}

/// Reads the cases of one kind; panics where a file is not what it should be, before any test runs.
pub(crate) fn read_folder(root: &Path, kind: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut names = BTreeSet::new();
    let mut folders = vec![root.join(kind)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                cases.extend(read_file(root, &path));
            }
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    for case in &cases {
        assert!(names.insert(&case.name), "two cases are called {}", case.name);
    }
    cases
}

/// Reads the blocks of a Markdown file that are files, with their paths: a project that cases share.
pub(crate) fn read_files(path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = format!("## project\n{text}");
    let blocks = headings(&text).into_iter().flat_map(|section| section.blocks);
    blocks.filter_map(|block| Some((block.path?, block.text))).collect()
}

fn read_file(root: &Path, path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let stem = path.strip_prefix(root).unwrap().with_extension("").to_string_lossy().replace('\\', "/");
    let case = |section: Section<'_>| Case {
        name: format!("{stem}::{}", section.heading),
        path: path.to_path_buf(),
        heading: section.heading.to_owned(),
        blocks: section.blocks,
        prose: section.prose.into_iter().map(|(number, line)| (number, line.to_owned())).collect(),
    };
    headings(&text).into_iter().map(case).collect()
}

/// A heading of the second level and what stands under it.
struct Section<'t> {
    heading: &'t str,
    blocks: Vec<Block>,
    /// The lines outside blocks, with their numbers.
    prose: Vec<(usize, &'t str)>,
}

/// Returns every heading of the second level with what stands under it.
fn headings(text: &str) -> Vec<Section<'_>> {
    let mut found: Vec<Section<'_>> = Vec::new();
    let mut open: Option<(usize, &str, Vec<&str>)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            Some((start, word, inside)) if line == "```" => {
                if let Some(section) = found.last_mut() {
                    section.blocks.push(Block {
                        block: (*word).to_owned(),
                        text: inside.join("\n"),
                        path: section.prose.last().and_then(|(_, line)| path_in(line)),
                        lines: (*start, number),
                    });
                    // The next block must not take this one's path.
                    section.prose.push((number, ""));
                }
                open = None;
            }
            Some((_, _, inside)) => inside.push(line),
            None => {
                if let Some(word) = line.strip_prefix("```") {
                    open = Some((number, word.trim(), Vec::new()));
                } else if let Some(heading) = line.strip_prefix("## ") {
                    found.push(Section { heading: heading.trim(), blocks: Vec::new(), prose: Vec::new() });
                } else if let Some(section) = found.last_mut() {
                    section.prose.push((number, line));
                }
            }
        }
    }
    assert!(open.is_none(), "a block is never closed: {open:?}");
    found
}

/// Returns what stands in backticks if a line holds nothing else.
fn path_in(line: &str) -> Option<String> {
    let path = line.strip_prefix('`')?.strip_suffix('`')?;
    (!path.contains('`')).then(|| path.to_owned())
}
