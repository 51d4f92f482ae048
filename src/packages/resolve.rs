//! Which packages, and which version of each, satisfy everybody who asks: the project, and the packages themselves.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::base::source::{Place, SourceMap};
use crate::diagnostic::{Diagnostic, codes};
use crate::packages::fetch::{FetchError, Workshop};
use crate::packages::hub::{Index, Release};
use crate::packages::request::{self, Request, Source};
use crate::packages::version::{Comparator, Version};
use crate::yaml::{Node, RenderText};

/// How often choices may change each other before it counts as never settling.
const ROUNDS: usize = 25;

/// A package whose version is settled.
#[derive(Debug, Clone)]
pub struct Pin {
    /// Where exactly it comes from.
    pub origin: Origin,
    /// What is asked of it, by the nearest to the project first.
    pub request: Request,
}

/// Where exactly a package comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A release of the hub.
    Hub {
        /// The version.
        version: String,
        /// The newest version that could be had.
        latest: String,
        /// The address of the archive.
        archive: String,
    },
    /// A commit.
    Git {
        /// The commit.
        commit: String,
        /// Its files.
        folder: PathBuf,
    },
    /// A folder.
    Local {
        /// The folder.
        folder: PathBuf,
    },
    /// An archive.
    Tarball {
        /// Its files.
        folder: PathBuf,
    },
}

impl Pin {
    /// Returns the package as it is written, with its version: `dbt-labs/dbt_utils@1.3.0`.
    pub fn identity(&self) -> String {
        let written = self.request.source.written();
        match &self.origin {
            Origin::Hub { version, .. } => format!("{written}@{version}"),
            Origin::Git { commit, .. } => format!("{written}@{commit}"),
            Origin::Local { .. } | Origin::Tarball { .. } => written,
        }
    }
}

/// A package as it is chosen at one moment.
struct Chosen {
    pin: Option<Pin>,
    /// What it asks for itself.
    requires: Vec<Request>,
    /// What is wrong with what it asks for.
    findings: Vec<Diagnostic>,
}

/// Finds versions.
pub struct Resolver<'r> {
    /// Fetches what has to be looked into.
    pub workshop: &'r mut Workshop,
    /// The version of dbt that releases must run with; `None` takes all.
    pub dbt_version: Option<Version>,
    /// Every text read.
    pub sources: &'r SourceMap,
    /// Renders the package files of packages.
    pub render: &'r mut RenderText<'r>,
}

impl Resolver<'_> {
    /// Settles everything that is asked for, and what that asks for in turn unless `alone`.
    pub fn resolve(&mut self, root: &[Request], alone: bool, findings: &mut Vec<Diagnostic>) -> Vec<Pin> {
        let mut chosen: IndexMap<String, Chosen> = IndexMap::new();
        for _ in 0..ROUNDS {
            let mut faults = Vec::new();
            let mut next = IndexMap::new();
            for (key, wishes) in gather(root, &chosen) {
                let one = self.choose(&wishes, chosen.get(&key), alone, &mut faults);
                next.insert(key, one);
            }
            let settled = same(&chosen, &next);
            chosen = next;
            if settled {
                findings.append(&mut faults);
                findings.extend(chosen.values_mut().flat_map(|one| std::mem::take(&mut one.findings)));
                findings.extend(circle(root, &chosen));
                return chosen.into_values().filter_map(|one| one.pin).collect();
            }
        }
        findings.push(Diagnostic::new(
            codes::PACKAGE_CONFLICT,
            "the packages' wishes change each other without end: ask for exact versions",
        ));
        Vec::new()
    }

    fn choose(
        &mut self,
        wishes: &[Request],
        before: Option<&Chosen>,
        alone: bool,
        findings: &mut Vec<Diagnostic>,
    ) -> Chosen {
        let nothing = || Chosen { pin: None, requires: Vec::new(), findings: Vec::new() };
        let Some(first) = wishes.first() else { return nothing() };
        let settled = match &first.source {
            Source::Hub { package, .. } => self.choose_release(package, wishes, findings),
            _ => self.choose_revision(first, wishes, findings).map(|origin| (origin, None)),
        };
        let Some((origin, release)) = settled else { return nothing() };
        let pin = Pin { origin, request: first.clone() };
        if alone {
            return Chosen { pin: Some(pin), requires: Vec::new(), findings: Vec::new() };
        }
        let known = before
            .filter(|before| before.pin.as_ref().is_some_and(|before| before.identity() == pin.identity()));
        let (requires, more) = match known {
            Some(known) => (known.requires.clone(), known.findings.clone()),
            None => self.requirements(&pin, release.as_ref()),
        };
        Chosen { pin: Some(pin), requires, findings: more }
    }

    /// Returns what a package asks for, and what is wrong with that.
    fn requirements(&mut self, pin: &Pin, release: Option<&Release>) -> (Vec<Request>, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let label = pin.identity();
        let folder: &Path = match &pin.origin {
            Origin::Hub { .. } => {
                let Some(release) = release else { return (Vec::new(), findings) };
                // The hub tells what a release asks for; it stands where the release is asked for.
                let list = Node::from_data(release.packages.clone(), pin.request.place);
                let requests = request::read_list(&list, None, &label, &mut findings);
                return (requests.list, findings);
            }
            Origin::Git { folder, .. } | Origin::Local { folder } | Origin::Tarball { folder } => folder,
        };
        let prefix = format!("{}/", pin.request.source.label());
        match request::read(folder, &prefix, self.sources, self.render, &mut findings) {
            Ok(mut requests) => {
                for request in &mut requests.list {
                    request.asked_by.clone_from(&label);
                }
                (requests.list, findings)
            }
            Err(error) => {
                let error = FetchError::from(error);
                findings.push(unavailable(&pin.request, &error));
                (Vec::new(), findings)
            }
        }
    }

    /// Chooses the highest release that everybody accepts.
    fn choose_release(
        &mut self,
        package: &str,
        wishes: &[Request],
        findings: &mut Vec<Diagnostic>,
    ) -> Option<(Origin, Option<Release>)> {
        let first = wishes.first()?;
        let kept = self.workshop.index(package);
        let index = match kept.as_ref() {
            Ok(index) => index,
            Err(error) => {
                findings.push(unavailable(first, error));
                return None;
            }
        };
        if let Some(renamed) = &index.renamed {
            let message = format!("the package `{package}` goes by the name `{renamed}` now");
            let finding = Diagnostic::at(codes::DEPRECATED, first.place, message);
            findings.push(asked_for(finding.hint(format!("ask for `{renamed}`")), first));
        }
        let dbt = self.dbt_version.clone();
        let runs = |release: &Release| dbt.as_ref().is_none_or(|dbt| release.runs_with(dbt));
        let early = wants_prereleases(wishes);
        let usable = |release: &Release| runs(release) && (early || !release.version.is_prerelease());
        let highest = |takes: &dyn Fn(&Release) -> bool| {
            index
                .versions
                .iter()
                .filter(|(_, release)| takes(release))
                .max_by(|a, b| a.1.version.cmp(&b.1.version))
        };
        let accepted = |release: &Release| accepted(release, wishes);
        let best = highest(&|release| usable(release) && accepted(release));
        let Some((version, release)) = best else {
            findings.push(conflict(package, wishes, index, &runs));
            return None;
        };
        let latest = highest(&usable).map_or(version, |(version, _)| version);
        let origin = Origin::Hub {
            version: version.clone(),
            latest: latest.clone(),
            archive: release.archive.clone(),
        };
        Some((origin, Some(release.clone())))
    }

    /// Fetches what does not come from the hub, after making sure that all mean the same revision.
    fn choose_revision(
        &mut self,
        first: &Request,
        wishes: &[Request],
        findings: &mut Vec<Diagnostic>,
    ) -> Option<Origin> {
        let revision = |request: &Request| match &request.source {
            Source::Git { revision, .. } => revision.clone(),
            _ => None,
        };
        let wanted = wishes.iter().find_map(|wish| Some((wish, revision(wish)?)));
        let other = wanted.as_ref().and_then(|(_, wanted)| {
            wishes.iter().find(|wish| revision(wish).is_some_and(|revision| revision != *wanted))
        });
        if let Some((wish, _)) = wanted.as_ref().filter(|_| other.is_some()) {
            let message = format!("two revisions of `{}` are asked for", first.source.label());
            let mut finding = Diagnostic::at(codes::PACKAGE_CONFLICT, wish.place, message);
            for wish in wishes {
                let revision = revision(wish).unwrap_or_else(|| "no revision".to_owned());
                finding = finding.note(format!("{} asks for {revision}", wish.asked_by));
            }
            findings.push(finding.hint("ask for the same revision everywhere"));
            return None;
        }
        let wanted = wanted.map(|(_, revision)| revision);
        let kept = self.workshop.source(&first.source, wanted.as_deref());
        let fetched = match kept.as_ref() {
            Ok(fetched) => fetched,
            Err(error) => {
                findings.push(unavailable(first, error));
                return None;
            }
        };
        let folder = fetched.folder.clone();
        match &first.source {
            Source::Git { warn_unpinned, .. } => {
                if *warn_unpinned {
                    findings.extend(unpinned(first, wanted.as_deref()));
                }
                Some(Origin::Git { commit: fetched.commit.clone().unwrap_or_default(), folder })
            }
            Source::Local { .. } => Some(Origin::Local { folder }),
            _ => Some(Origin::Tarball { folder }),
        }
    }
}

/// Says that a package cannot be had.
pub fn unavailable(request: &Request, error: &FetchError) -> Diagnostic {
    let message = format!("`{}` cannot be installed: {error}", request.source.label());
    asked_for(Diagnostic::at(error.code(), request.place, message).hint(error.hint()), request)
}

/// Adds who asks for a package when that is not said by the place.
pub fn asked_for(finding: Diagnostic, request: &Request) -> Diagnostic {
    if [request::PACKAGES_FILE, request::DEPENDENCIES_FILE].contains(&request.asked_by.as_str()) {
        return finding;
    }
    finding.note(format!("{} asks for it", request.asked_by))
}

fn unpinned(request: &Request, revision: Option<&str>) -> Option<Diagnostic> {
    let what = match revision {
        None | Some("HEAD") => "is not pinned: its default branch is taken as it is now".to_owned(),
        Some(branch @ ("main" | "master")) => format!("is pinned to the branch `{branch}`, which moves"),
        Some(_) => return None,
    };
    let message = format!("the git package `{}` {what}", request.source.label());
    let finding = Diagnostic::at(codes::UNPINNED_PACKAGE, request.place, message);
    Some(finding.hint("give it a `revision` that is a tag or a commit, or `warn-unpinned: false`"))
}

/// Collects who asks for what, starting from the project: the nearest first, as dbt lists them.
fn gather(root: &[Request], chosen: &IndexMap<String, Chosen>) -> IndexMap<String, Vec<Request>> {
    let mut wishes: IndexMap<String, Vec<Request>> = IndexMap::new();
    let mut queue: std::collections::VecDeque<&Request> = root.iter().collect();
    while let Some(request) = queue.pop_front() {
        let key = request.source.key();
        if !wishes.contains_key(&key) {
            queue.extend(chosen.get(&key).into_iter().flat_map(|one| &one.requires));
        }
        wishes.entry(key).or_default().push(request.clone());
    }
    wishes
}

fn same(before: &IndexMap<String, Chosen>, after: &IndexMap<String, Chosen>) -> bool {
    let identity = |one: &Chosen| one.pin.as_ref().map(Pin::identity);
    before.len() == after.len()
        && before
            .iter()
            .zip(after)
            .all(|((a, before), (b, after))| a == b && identity(before) == identity(after))
}

/// Finds packages that ask for each other in a circle.
fn circle(root: &[Request], chosen: &IndexMap<String, Chosen>) -> Option<Diagnostic> {
    fn walk<'c>(
        request: &'c Request,
        chosen: &'c IndexMap<String, Chosen>,
        path: &mut Vec<(String, &'c Request)>,
        done: &mut std::collections::BTreeSet<String>,
    ) -> Option<Diagnostic> {
        let key = request.source.key();
        if let Some(start) = path.iter().position(|(known, _)| *known == key) {
            let on_the_way = path.get(start..).unwrap_or_default();
            let names: Vec<String> = on_the_way
                .iter()
                .map(|(_, request)| request.source.label())
                .chain([request.source.label()])
                .collect();
            let message = format!("packages ask for each other in a circle: {}", names.join(" -> "));
            let place: Place = path.first().map_or(request.place, |(_, first)| first.place);
            return Some(
                Diagnostic::at(codes::CYCLE, place, message).hint("one of them has to do without the other"),
            );
        }
        if !done.insert(key.clone()) {
            return None;
        }
        path.push((key.clone(), request));
        let requires = chosen.get(&key).map(|one| one.requires.as_slice()).unwrap_or_default();
        let found = requires.iter().find_map(|next| walk(next, chosen, path, done));
        path.pop();
        found
    }
    let mut done = std::collections::BTreeSet::new();
    root.iter().find_map(|request| walk(request, chosen, &mut Vec::new(), &mut done))
}

fn comparators(request: &Request) -> &[Comparator] {
    match &request.source {
        Source::Hub { versions, .. } => versions,
        _ => &[],
    }
}

fn accepted(release: &Release, wishes: &[Request]) -> bool {
    wishes.iter().flat_map(comparators).all(|comparator| comparator.accepts(&release.version))
}

/// Tells whether versions before a release count: the request nearest to the project says so, or somebody names one.
fn wants_prereleases(wishes: &[Request]) -> bool {
    let asked = matches!(wishes.first().map(|wish| &wish.source), Some(Source::Hub { prerelease: true, .. }));
    asked || wishes.iter().flat_map(comparators).any(Comparator::names_prerelease)
}

/// Says that no release satisfies everybody: who asks for what, and what there is.
fn conflict(package: &str, wishes: &[Request], index: &Index, runs: &dyn Fn(&Release) -> bool) -> Diagnostic {
    let place = wishes.first().map(|wish| wish.place);
    let message = match wishes {
        [_] => format!("no version of `{package}` is what is asked for"),
        _ => format!("no version of `{package}` is what everybody asks for"),
    };
    let mut finding = Diagnostic::new(codes::PACKAGE_CONFLICT, message);
    if let Some(place) = place {
        finding = Diagnostic::at(codes::PACKAGE_CONFLICT, place, finding.message);
    }
    for wish in wishes {
        let texts: Vec<String> = comparators(wish).iter().map(ToString::to_string).collect();
        finding = finding.note(format!("{} asks for {}", wish.asked_by, texts.join(", ")));
    }
    let mut releases: Vec<(&String, &Release)> = index.versions.iter().collect();
    releases.sort_by(|a, b| b.1.version.cmp(&a.1.version));
    let names: Vec<&str> = releases.iter().take(8).map(|(name, _)| name.as_str()).collect();
    let more = if releases.len() > names.len() { ", ..." } else { "" };
    finding = finding.note(if names.is_empty() {
        "the hub has no version of it".to_owned()
    } else {
        format!("the hub has {}{more}", names.join(", "))
    });
    let fitting: Vec<&(&String, &Release)> =
        releases.iter().filter(|(_, release)| accepted(release, wishes)).collect();
    finding.hint(match fitting.first() {
        Some((name, release)) if !runs(release) => format!(
            "version {name} says that it does not run with this version of dbt; `--no-version-check` takes it all the same"
        ),
        Some((name, _)) => {
            format!("version {name} comes before a release: `install_prerelease: true` takes it")
        }
        None => "ask for a version that there is, and that the others accept".to_owned(),
    })
}
