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
}

impl Case {
    /// Returns the text of a block by its word.
    pub(crate) fn block(&self, word: &str) -> Option<&str> {
        self.blocks.iter().find(|block| block.block == word).map(|block| block.text.as_str())
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
        let expected = headings(&text).into_iter().find(|(heading, _)| *heading == self.heading);
        let Some((_, Some(block))) = expected.map(|(heading, blocks)| (heading, blocks.last().cloned()))
        else {
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

fn read_file(root: &Path, path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let stem = path.strip_prefix(root).unwrap().with_extension("").to_string_lossy().replace('\\', "/");
    let case = |(heading, blocks): (&str, Vec<Block>)| Case {
        name: format!("{stem}::{heading}"),
        path: path.to_path_buf(),
        heading: heading.to_owned(),
        blocks,
    };
    headings(&text).into_iter().map(case).collect()
}

/// Returns every heading of the second level with its blocks.
fn headings(text: &str) -> Vec<(&str, Vec<Block>)> {
    let mut found: Vec<(&str, Vec<Block>)> = Vec::new();
    let mut open: Option<(usize, &str, Vec<&str>)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            Some((start, word, inside)) if line == "```" => {
                let block =
                    Block { block: (*word).to_owned(), text: inside.join("\n"), lines: (*start, number) };
                if let Some((_, blocks)) = found.last_mut() {
                    blocks.push(block);
                }
                open = None;
            }
            Some((_, _, inside)) => inside.push(line),
            None => {
                if let Some(word) = line.strip_prefix("```") {
                    open = Some((number, word.trim(), Vec::new()));
                } else if let Some(heading) = line.strip_prefix("## ") {
                    found.push((heading.trim(), Vec::new()));
                }
            }
        }
    }
    assert!(open.is_none(), "a block is never closed: {open:?}");
    found
}
