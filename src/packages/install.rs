//! `deps` from beginning to end: what is asked for, the lock, fetching, checking, and the new install folder in the
//! place of the old one. Until everything is there nothing that lies there is touched.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::base::fs::{self, FileError};
use crate::base::source::SourceMap;
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::packages::checksums::{self, Checksums};
use crate::packages::fetch::Workshop;
use crate::packages::head::{self, Head};
use crate::packages::lock::{self, Lock};
use crate::packages::replace;
use crate::packages::request::{self, Requests, Source};
use crate::packages::resolve::{Origin, Pin, Resolver, asked_for, unavailable};
use crate::packages::version::Version;
use crate::packages::{Notice, Say, content, hub, local};
use crate::yaml::RenderText;

/// What `deps` is asked to do, and what it may know.
#[derive(Debug, Clone)]
pub struct Job {
    /// The project's folder.
    pub root: PathBuf,
    /// Settle on versions anew although the lock fits.
    pub upgrade: bool,
    /// Write the lock and install nothing.
    pub lock_only: bool,
    /// The version of dbt that packages must run with; `None` takes all.
    pub dbt_version: Option<Version>,
    /// The environment variables.
    pub environment: BTreeMap<String, String>,
}

/// A package that is ready to be put in its place.
struct Ready {
    pin: Pin,
    head: Head,
    folder: PathBuf,
    /// The checksum of its content; a local package, which may change at any time, has none.
    checksum: Option<String>,
}

/// What the steps share.
pub struct Installer<'i> {
    /// What is asked for.
    pub job: Job,
    /// Every text read.
    pub sources: &'i SourceMap,
    /// Renders texts, with secrets.
    pub render: &'i mut RenderText<'i>,
    /// Takes what is said.
    pub say: &'i mut Say<'i>,
    /// What rendering finds wrong.
    pub rendering: &'i RefCell<Vec<Diagnostic>>,
    /// Takes what is wrong.
    pub findings: &'i mut Vec<Diagnostic>,
}

impl Installer<'_> {
    /// Installs what the project asks for. Findings of error severity mean that nothing was changed.
    pub fn run(&mut self) -> Result<(), FileError> {
        let result = self.install();
        self.findings.append(&mut self.rendering.borrow_mut());
        let secrets = Secrets::new(&self.job.environment);
        for finding in self.findings.iter_mut() {
            let texts = finding.notes.iter_mut().chain(&mut finding.hints).chain([&mut finding.message]);
            for text in texts {
                *text = secrets.hide(text);
            }
        }
        result
    }

    fn install(&mut self) -> Result<(), FileError> {
        let root = self.job.root.clone();
        let Some(project) = head::read(&root, "", self.sources, self.render, self.findings)? else {
            return Ok(());
        };
        let requests = request::read(&root, "", self.sources, self.render, self.findings)?;
        let old = lock::read(&root, self.sources)?;
        if self.is_broken() {
            return Ok(());
        }
        if requests.list.is_empty() {
            self.say(Notice::Info("Warning: No packages were found in packages.yml".to_owned()));
            // Folders that nobody ever installed are left as they lie.
            return if old.is_some() { self.forget(&project) } else { Ok(()) };
        }
        if let Some(finding) = replace::refuse(&root, &project) {
            self.findings.push(finding);
            return Ok(());
        }
        let address = self.job.environment.get("DBT_PACKAGE_HUB_URL").filter(|address| !address.is_empty());
        let address = address.cloned().unwrap_or_else(|| hub::ADDRESS.to_owned());
        let fitting = old.filter(|old| !self.job.upgrade && old.fingerprint == requests.fingerprint);
        if fitting.is_some() && self.job.lock_only {
            return Ok(());
        }
        let scratch = replace::beside(&root.join(&project.install_folder), "part");
        let mut workshop = Workshop::new(&root, &address, scratch)?;
        let pins = self.settle(&requests, fitting.as_ref(), &mut workshop);
        let lock_path = root.join(lock::FILE);
        if fitting.is_none() && !self.is_broken() {
            let path = lock_path.display();
            self.say(Notice::Info(format!("Updating lock file in file path: {path}")));
        }
        // What cannot be had does not keep the rest from being looked at: everything wrong is told at once.
        let ready = self.prepare(pins, &project, fitting.is_none(), &mut workshop)?;
        if self.is_broken() {
            return Ok(());
        }
        let texts = (fitting.is_none()).then(|| {
            let entries: Vec<(&Pin, &str)> = ready.iter().map(|one| (&one.pin, lock_name(one))).collect();
            lock::text(&entries, &requests.fingerprint)
        });
        if !self.job.lock_only {
            let folder = workshop.assembly();
            fs::create_folder(&folder)?;
            for one in &ready {
                place(one, &folder.join(&one.head.name))?;
            }
            replace::replace(&root.join(&project.install_folder), &folder)?;
        }
        self.write(&ready, texts, &lock_path)
    }

    /// Writes the lock, when it is new, and the checksums.
    fn write(&mut self, ready: &[Ready], lock: Option<String>, path: &Path) -> Result<(), FileError> {
        if let Some(text) = lock {
            fs::write(path, text.as_bytes())?;
        }
        let checksums: Vec<(String, &str)> =
            ready.iter().filter_map(|one| Some((one.pin.identity(), one.checksum.as_deref()?))).collect();
        let path = self.job.root.join(checksums::FILE);
        if checksums.is_empty() {
            fs::remove(&path)?;
            return Ok(());
        }
        let text = checksums::text(&checksums);
        if fs::read_text(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        fs::write(&path, text.as_bytes())
    }

    /// Takes away what was installed for a list that is empty now.
    fn forget(&mut self, project: &Head) -> Result<(), FileError> {
        if let Some(finding) = replace::refuse(&self.job.root, project) {
            self.findings.push(finding);
            return Ok(());
        }
        let folder = self.job.root.join(&project.install_folder);
        if !self.job.lock_only && fs::is_folder(&folder) {
            fs::remove(&folder)?;
            fs::create_folder(&folder)?;
        }
        fs::remove(&self.job.root.join(lock::FILE))?;
        fs::remove(&self.job.root.join(checksums::FILE))?;
        Ok(())
    }

    fn is_broken(&mut self) -> bool {
        self.findings.append(&mut self.rendering.borrow_mut());
        self.findings.iter().any(Diagnostic::is_error)
    }

    fn say(&mut self, notice: Notice) {
        (self.say)(notice);
    }

    /// Settles on versions: those of the lock, or anew.
    fn settle(&mut self, requests: &Requests, lock: Option<&Lock>, workshop: &mut Workshop) -> Vec<Pin> {
        let locked = lock.map(|lock| lock.requests(self.render, self.findings));
        if self.is_broken() {
            return Vec::new();
        }
        let mut resolver = Resolver {
            workshop,
            dbt_version: self.job.dbt_version.clone(),
            sources: self.sources,
            render: &mut *self.render,
        };
        match locked {
            Some(locked) => resolver.resolve(&locked, true, self.findings),
            None => resolver.resolve(&requests.list, false, self.findings),
        }
    }

    /// Fetches what is not there yet, and checks each package and all of them together.
    fn prepare(
        &mut self,
        pins: Vec<Pin>,
        project: &Head,
        anew: bool,
        workshop: &mut Workshop,
    ) -> Result<Vec<Ready>, FileError> {
        let known = Checksums::read(&self.job.root, self.sources)?;
        let mut ready: Vec<Ready> = Vec::new();
        let mut outdated = Vec::new();
        let secrets = Secrets::new(&self.job.environment);
        let quiet = self.job.lock_only || self.is_broken();
        for pin in pins {
            let label = pin.request.source.label();
            let tell = |say: &mut Say<'_>, text: String| {
                let text = secrets.hide(&text);
                say(if quiet { Notice::Detail(text) } else { Notice::Info(text) });
            };
            tell(self.say, format!("Installing {label}"));
            let errors = |findings: &[Diagnostic]| findings.iter().filter(|one| one.is_error()).count();
            let before = errors(self.findings);
            let Some(one) = self.prepare_one(pin, project, workshop)? else { continue };
            self.check_content(&one, &known, anew);
            self.check_name(&one, project, &ready);
            if errors(self.findings) > before {
                ready.push(one);
                continue;
            }
            tell(self.say, format!("Installed from {}", version_name(&one.pin)));
            match (&one.pin.origin, &one.pin.request.source) {
                (Origin::Hub { version, latest, .. }, _) if version == latest => {
                    tell(self.say, "Up to date!".to_owned());
                }
                (Origin::Hub { latest, .. }, _) => {
                    tell(self.say, format!("Updated version available: {latest}"));
                    outdated.push(format!("'{label}'"));
                }
                (_, Source::Git { subdirectory: Some(folder), .. }) => {
                    tell(self.say, format!("and subdirectory {folder}"));
                }
                _ => {}
            }
            ready.push(one);
        }
        if !outdated.is_empty() && !self.job.lock_only && !self.is_broken() {
            self.say(Notice::Info(String::new()));
            let outdated = outdated.join(", ");
            self.say(Notice::Info(format!("Updates available for packages: [{outdated}]")));
            self.say(Notice::Info("Update your versions in packages.yml, then run martlet deps".to_owned()));
        }
        Ok(ready)
    }

    /// Fetches one package and reads its name; `None` after a finding.
    fn prepare_one(
        &mut self,
        pin: Pin,
        project: &Head,
        workshop: &mut Workshop,
    ) -> Result<Option<Ready>, FileError> {
        let folder = match &pin.origin {
            Origin::Git { folder, .. } | Origin::Local { folder } | Origin::Tarball { folder } => {
                folder.clone()
            }
            Origin::Hub { archive, .. } => match workshop.archive(archive).as_ref() {
                Ok(fetched) => fetched.folder.clone(),
                Err(error) => {
                    self.findings.push(unavailable(&pin.request, error));
                    return Ok(None);
                }
            },
        };
        let label = pin.request.source.label();
        let prefix = format!("{label}/");
        let head = head::read(&folder, &prefix, self.sources, self.render, self.findings)?;
        let Some(head) = head else {
            let message =
                format!("`{label}` is no package: it holds neither dbt_project.yml nor project.yml");
            let finding = Diagnostic::at(codes::UNAVAILABLE_PACKAGE, pin.request.place, message);
            let finding = match &pin.request.source {
                Source::Git { .. } => finding.hint("name the folder that holds it with `subdirectory:`"),
                _ => finding.hint("name the folder that holds it"),
            };
            self.findings.push(asked_for(finding, &pin.request));
            return Ok(None);
        };
        if !head.has_name() {
            let message = format!("`{label}` has no usable name: its project file says `{}`", head.name);
            let finding = Diagnostic::at(codes::INVALID_VALUE, pin.request.place, message);
            self.findings.push(finding.hint("a name holds letters, digits and underscores"));
            return Ok(None);
        }
        for (first, second) in workshop.alike(&folder) {
            let message =
                format!("`{label}` holds `{first}` and `{second}`, which are one file on some systems");
            let finding = Diagnostic::at(codes::UNSAFE_PACKAGE, pin.request.place, message);
            self.findings.push(Diagnostic { severity: Severity::Warning, ..finding });
        }
        let is_local = matches!(pin.origin, Origin::Local { .. });
        let installed = fs::canonicalize(&self.job.root.join(&project.install_folder));
        if is_local && installed.is_ok_and(|installed| folder.starts_with(installed)) {
            let message =
                format!("`{label}` lies in the folder that packages are installed to, which is replaced");
            let finding = Diagnostic::at(codes::INVALID_VALUE, pin.request.place, message);
            self.findings.push(finding.hint("move it into a folder of its own"));
            return Ok(None);
        }
        let checksum = if is_local { None } else { Some(content::checksum(&folder)?) };
        Ok(Some(Ready { pin, head, folder, checksum }))
    }

    /// Refuses a package that is not what it was when it was locked.
    fn check_content(&mut self, one: &Ready, known: &Checksums, anew: bool) {
        let identity = one.pin.identity();
        let (Some((wanted, place)), Some(found)) = (known.get(&identity), &one.checksum) else { return };
        // An archive's address says no version: what it holds may change when versions are settled anew.
        if wanted == found || anew && matches!(one.pin.origin, Origin::Tarball { .. }) {
            return;
        }
        let message = format!("the content of `{identity}` has changed since it was locked");
        let finding = Diagnostic::at(codes::CHANGED_PACKAGE, one.pin.request.place, message)
            .also(place, "what it held then")
            .note(format!("locked SHA-256: {wanted}"))
            .note(format!("found SHA-256:  {found}"))
            .hint(format!(
                "find out why; if the change is meant, remove the entry from {} and run `martlet deps` again",
                checksums::FILE
            ));
        self.findings.push(finding);
    }

    /// Refuses a second package of one name, and one that is named as the project.
    fn check_name(&mut self, one: &Ready, project: &Head, others: &[Ready]) {
        let name = &one.head.name;
        let label = one.pin.request.source.label();
        let place = one.pin.request.place;
        if *name == project.name {
            let message = format!("the package `{label}` is named `{name}`, as the project itself");
            let finding =
                Diagnostic::at(codes::DUPLICATE_NAME, place, message).also(project.place, "the project");
            self.findings.push(asked_for(
                finding.hint("rename the project, or leave the package out"),
                &one.pin.request,
            ));
            return;
        }
        // Two names that differ in case only are one folder on some systems.
        let other = others.iter().find(|other| other.head.name.eq_ignore_ascii_case(name));
        if let Some(other) = other {
            let first = other.pin.request.source.label();
            let message = if other.head.name == *name {
                format!("the packages `{first}` and `{label}` are both named `{name}`")
            } else {
                let other = &other.head.name;
                format!(
                    "the packages `{first}` and `{label}` are named `{other}` and `{name}`, one folder on some systems"
                )
            };
            let finding = Diagnostic::at(codes::DUPLICATE_NAME, place, message);
            let finding = finding.also(other.pin.request.place, "the other package");
            self.findings.push(asked_for(finding.hint("keep one of them"), &one.pin.request));
        }
    }
}

/// Returns the name of a package in the lock.
fn lock_name(one: &Ready) -> &str {
    match &one.pin.request.source {
        Source::Tarball { name, .. } => name,
        _ => &one.head.name,
    }
}

/// Returns a version as dbt's log lines name it.
fn version_name(pin: &Pin) -> String {
    match (&pin.origin, &pin.request.source) {
        (Origin::Hub { version, .. }, _) => format!("version {version}"),
        (Origin::Git { commit, .. }, _) => format!("revision {commit}"),
        (_, Source::Tarball { url, .. }) => format!("tarball (url: {url})"),
        (_, source) => format!("<local @ {}>", source.label()),
    }
}

fn place(one: &Ready, into: &Path) -> Result<(), FileError> {
    match &one.pin.origin {
        Origin::Local { folder } => local::install(folder, into),
        _ => fs::rename(&one.folder, into),
    }
}

/// The values of secret variables, which no message may hold.
struct Secrets(Vec<String>);

impl Secrets {
    fn new(environment: &BTreeMap<String, String>) -> Self {
        let secret = environment.iter().filter(|(name, _)| name.starts_with("DBT_ENV_SECRET"));
        Self(secret.map(|(_, value)| value.clone()).filter(|value| !value.trim().is_empty()).collect())
    }

    fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "*****"))
    }
}
