//! `deps` where everything goes well: every kind of package, versions, the lock, what is installed.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::project::Project;
use crate::support::run::{Answer, run_in, succeed};
use crate::support::servers::{Hub, Page, Repository, archive};

/// Runs `deps` against a hub.
pub(super) fn deps(project: &Project, hub: &Hub, arguments: &[&str]) -> Answer {
    let arguments: Vec<&str> = ["deps"].into_iter().chain(arguments.iter().copied()).collect();
    run_in(project, &arguments, &[("DBT_PACKAGE_HUB_URL", hub.address())])
}

/// Tells what was printed but for what differs from run to run.
pub(super) fn told(answer: &Answer, hub: &Hub) -> String {
    let hash = regex::Regex::new(r"\b([0-9a-f]{64}|[0-9a-f]{40})\b").unwrap();
    let address = hub.address();
    let host = address.trim_start_matches("http://");
    let news = answer.news().replace(address, "[HUB]").replace(host, "[HOST]");
    hash.replace_all(&news, "[HASH]").into_owned()
}

/// Lists the files below a folder of the project, links with their targets.
pub(super) fn tree(project: &Project, folder: &str) -> String {
    fn add(folder: &Path, prefix: &str, lines: &mut Vec<String>) {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
            if let Ok(target) = fs::read_link(&path) {
                lines.push(format!("{name} -> {}", target.file_name().unwrap().to_string_lossy()));
            } else if path.is_dir() {
                add(&path, &format!("{name}/"), lines);
            } else {
                lines.push(name);
            }
        }
    }
    let mut lines = Vec::new();
    add(&project.path(folder), "", &mut lines);
    lines.join("\n")
}

/// A hub with two packages, of which one needs the other.
pub(super) fn hub() -> Hub {
    let mut hub = Hub::start();
    for version in ["0.9.0", "1.0.0", "1.1.0", "2.0.0-b1"] {
        hub.release("acme/dates", version, json!([]));
    }
    hub.release("acme/audit", "0.1.0", json!([{"package": "acme/dates", "version": [">=0.9.0", "<1.1.0"]}]));
    hub
}

pub(super) fn project(packages: &str) -> Project {
    let project = Project::new("//- models/versions.sql\nselect 1 as id\n");
    project.write("packages.yml", packages);
    project
}

#[test]
fn packages_of_the_hub_come_with_what_they_need() {
    let hub = hub();
    let project = project("packages:\n  - package: acme/audit\n    version: 0.1.0\n");
    project.write(
        "models/versions.sql",
        "select {{ dates.dates_version() }} as dates, {{ audit.audit_version() }} as audit",
    );
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing acme/audit
    HH:MM:SS  Installed from version 0.1.0
    HH:MM:SS  Up to date!
    HH:MM:SS  Installing acme/dates
    HH:MM:SS  Installed from version 1.0.0
    HH:MM:SS  Updated version available: 1.1.0
    HH:MM:SS  Updates available for packages: ['acme/dates']
    HH:MM:SS  Update your versions in packages.yml, then run martlet deps
    exit 0
    ");
    insta::assert_snapshot!(project.read("package-lock.yml"), @"
    packages:
      - name: audit
        package: acme/audit
        version: 0.1.0
      - name: dates
        package: acme/dates
        version: 1.0.0
    sha1_hash: 34ffcfad2948345db8e6937f12fb07de4ae81755
    ");
    insta::assert_snapshot!(tree(&project, "dbt_packages"), @"
    audit/dbt_project.yml
    audit/macros/version.sql
    dates/dbt_project.yml
    dates/macros/version.sql
    ");
    succeed(&project, "run");
    assert_eq!(project.query("select * from versions"), "1.0.0 0.1.0");

    // A second time the lock is kept, and the checksums stay as they are.
    let (lock, checksums) = (project.read("package-lock.yml"), project.read("package-checksums.yml"));
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @"
    HH:MM:SS  Installing acme/audit
    HH:MM:SS  Installed from version 0.1.0
    HH:MM:SS  Up to date!
    HH:MM:SS  Installing acme/dates
    HH:MM:SS  Installed from version 1.0.0
    HH:MM:SS  Updated version available: 1.1.0
    HH:MM:SS  Updates available for packages: ['acme/dates']
    HH:MM:SS  Update your versions in packages.yml, then run martlet deps
    exit 0
    ");
    assert_eq!(project.read("package-lock.yml"), lock);
    assert_eq!(project.read("package-checksums.yml"), checksums);
}

#[test]
fn the_lock_holds_until_the_list_changes_or_an_upgrade_is_asked_for() {
    let mut hub = hub();
    let project = project("packages:\n  - package: acme/dates\n    version: [\">=0.9.0\", \"<1.5.0\"]\n");
    let version = |project: &Project| {
        let lock = project.read("package-lock.yml");
        lock.lines().find_map(|line| line.trim().strip_prefix("version: ")).unwrap().to_owned()
    };
    deps(&project, &hub, &[]);
    assert_eq!(version(&project), "1.1.0");
    hub.release("acme/dates", "1.2.0", json!([]));
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @"
    HH:MM:SS  Installing acme/dates
    HH:MM:SS  Installed from version 1.1.0
    HH:MM:SS  Updated version available: 1.2.0
    HH:MM:SS  Updates available for packages: ['acme/dates']
    HH:MM:SS  Update your versions in packages.yml, then run martlet deps
    exit 0
    ");
    assert_eq!(version(&project), "1.1.0");
    insta::assert_snapshot!(told(&deps(&project, &hub, &["--upgrade", "--lock"]), &hub), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    exit 0
    ");
    assert_eq!(version(&project), "1.2.0");
    assert!(project.read("dbt_packages/dates/dbt_project.yml").contains("1.1.0"), "--lock installs nothing");
    project.write("packages.yml", "packages:\n  - package: acme/dates\n    version: \"<1.0.0\"\n");
    deps(&project, &hub, &[]);
    assert_eq!(version(&project), "0.9.0");
    assert!(project.read("dbt_packages/dates/dbt_project.yml").contains("0.9.0"));
}

#[test]
fn versions_before_a_release_and_for_another_dbt_are_taken_when_asked_for() {
    let mut hub = hub();
    hub.release("acme/dates", "3.0.0", json!([]));
    hub.describe("acme/dates", "3.0.0", |release| release["require_dbt_version"] = json!([">=2.0.0"]));
    let settled = |packages: &str, arguments: &[&str]| {
        let project = project(packages);
        deps(&project, &hub, arguments);
        project.read("package-lock.yml").lines().nth(3).unwrap().trim().to_owned()
    };
    let asked = "packages:\n  - package: acme/dates\n    version: \">=0.9.0\"\n";
    assert_eq!(settled(asked, &[]), "version: 1.1.0");
    assert_eq!(settled(asked, &["--no-version-check"]), "version: 3.0.0");
    assert_eq!(settled(&format!("{asked}    install_prerelease: true\n"), &[]), "version: 2.0.0-b1");
    let named = "packages:\n  - package: acme/dates\n    version: \"=2.0.0-b1\"\n";
    assert_eq!(settled(named, &[]), "version: 2.0.0-b1");
}

#[test]
fn a_git_repository_is_taken_at_a_tag_a_commit_or_as_it_is() {
    let hub = hub();
    let project = project("");
    let repository = Repository::new(project.root(), "shared");
    let first =
        repository.commit("v1", &[("dbt_project.yml", "name: shared\n"), ("macros/a.sql", "-- one\n")]);
    repository.commit("v2", &[("macros/a.sql", "-- two\n"), ("inner/dbt_project.yml", "name: inner\n")]);
    let address = repository.address();
    let taken = |revision: &str| {
        project.write("packages.yml", &format!("packages:\n  - git: {address}\n    revision: {revision}\n"));
        let answer = deps(&project, &hub, &[]);
        assert_eq!(answer.code, 0, "{}", answer.told());
        assert!(!project.path("dbt_packages/shared/.git").exists());
        project.read("dbt_packages/shared/macros/a.sql")
    };
    assert_eq!(taken("v1"), "-- one\n");
    assert_eq!(taken("main"), "-- two\n");
    assert_eq!(taken(&first), "-- one\n");
    assert_eq!(taken(&first[..8]), "-- one\n");

    project.write(
        "packages.yml",
        &format!("packages:\n  - git: \"{{{{ env_var('NOWHERE', 'file://{address}') }}}}\"\n    subdirectory: inner\n"),
    );
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @r#"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing file://[ROOT]/shared.git/inner
    HH:MM:SS  Installed from revision [HASH]
    HH:MM:SS  and subdirectory inner
    warning[unpinned-package]: the git package `file://[ROOT]/shared.git/inner` is not pinned: its default branch is taken as it is now
     --> packages.yml:2:5
      |
    2 |     - git: "{{ env_var('NOWHERE', 'file://[ROOT]/shared.git') }}"
      |  _____^
    3 | |     subdirectory: inner
      | |_______________________^
      |
      = help: give it a `revision` that is a tag or a commit, or `warn-unpinned: false`
    exit 0
    "#);
    let lock = project.read("package-lock.yml").replace(&address, "[REPOSITORY]");
    let hash = regex::Regex::new("[0-9a-f]{40}").unwrap();
    insta::assert_snapshot!(hash.replace_all(&lock, "[HASH]"), @"
    packages:
      - git: '{{ env_var(''NOWHERE'', ''file://[REPOSITORY]'') }}'
        name: inner
        revision: [HASH]
        subdirectory: inner
    sha1_hash: [HASH]
    ");
    insta::assert_snapshot!(tree(&project, "dbt_packages"), @"inner/dbt_project.yml");
}

#[test]
fn local_packages_are_linked_and_bring_what_they_need() {
    let hub = hub();
    let project = project("packages:\n  - local: ../near\n");
    project.write("../near/dbt_project.yml", "name: near\n");
    project.write("../near/packages.yml", "packages:\n  - local: ../far\n");
    project.write("../far/project.yml", "name: far_away\n");
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing ../near
    HH:MM:SS  Installed from <local @ ../near>
    HH:MM:SS  Installing ../far
    HH:MM:SS  Installed from <local @ ../far>
    exit 0
    ");
    insta::assert_snapshot!(tree(&project, "dbt_packages"), @"
    far_away -> far
    near -> near
    ");
    insta::assert_snapshot!(project.read("package-lock.yml"), @"
    packages:
      - local: ../near
        name: near
      - local: ../far
        name: far_away
    sha1_hash: c49e6764d466892540be8f9eb5afb94b7c46aedd
    ");
    assert!(!project.path("package-checksums.yml").exists(), "what may change at any time has no checksum");
    succeed(&project, "parse");
}

#[test]
fn archives_come_from_addresses_and_from_files() {
    let hub = hub();
    let bytes = archive("any-name", &[("dbt_project.yml", "name: boxed\n"), ("macros/a.sql", "")]);
    hub.set("/boxed.tar.gz", Page::Redirect(format!("{}/moved.tar.gz", hub.address())));
    hub.set("/moved.tar.gz", Page::Busy(bytes.clone()));
    let project =
        project(&format!("packages:\n  - tarball: {}/boxed.tar.gz\n    name: box\n", hub.address()));
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing box
    HH:MM:SS  Installed from tarball (url: [HUB]/boxed.tar.gz)
    exit 0
    ");
    insta::assert_snapshot!(tree(&project, "dbt_packages"), @"
    boxed/dbt_project.yml
    boxed/macros/a.sql
    ");
    fs::write(project.path("boxed.tar.gz"), bytes).unwrap();
    let file = project.path("boxed.tar.gz");
    project.write(
        "packages.yml",
        &format!("packages:\n  - tarball: file://{}\n    name: box\n", file.display()),
    );
    assert_eq!(deps(&project, &hub, &[]).code, 0);
    insta::assert_snapshot!(project.read("package-lock.yml").lines().take(3).collect::<Vec<_>>().join("\n").replace(
        &*project.folder().to_string_lossy(), "[SHOP]"), @"
    packages:
      - name: box
        tarball: file://[SHOP]/boxed.tar.gz
    ");
}

#[test]
fn packages_of_dependencies_yml_are_not_rendered() {
    let hub = hub();
    let project = project("");
    fs::remove_file(project.path("packages.yml")).unwrap();
    project.write("../{{ x }}/dbt_project.yml", "name: odd\n");
    project.write("dependencies.yml", "projects:\n  - name: upstream\npackages:\n  - local: '../{{ x }}'\n");
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing ../{{ x }}
    HH:MM:SS  Installed from <local @ ../{{ x }}>
    exit 0
    ");
}

#[test]
fn a_package_is_added_and_comments_stay() {
    let hub = hub();
    let project = project("# ours\npackages:\n  - package: acme/dates # old\n    version: 0.9.0\n");
    let answer = deps(&project, &hub, &["--add-package", "acme/audit@0.1.0"]);
    insta::assert_snapshot!(told(&answer, &hub), @"
    HH:MM:SS  Added new package acme/audit@0.1.0 to [ROOT]/shop/packages.yml
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing acme/dates
    HH:MM:SS  Installed from version 0.9.0
    HH:MM:SS  Updated version available: 1.1.0
    HH:MM:SS  Installing acme/audit
    HH:MM:SS  Installed from version 0.1.0
    HH:MM:SS  Up to date!
    HH:MM:SS  Updates available for packages: ['acme/dates']
    HH:MM:SS  Update your versions in packages.yml, then run martlet deps
    exit 0
    ");
    insta::assert_snapshot!(project.read("packages.yml"), @"
    # ours
    packages:
      - package: acme/dates # old
        version: 0.9.0
      - package: acme/audit
        version: 0.1.0
    ");
    let answer = deps(&project, &hub, &["--add-package", "acme/dates@>=0.9.0,<2.0.0"]);
    insta::assert_snapshot!(told(&answer, &hub).lines().take(3).collect::<Vec<_>>().join("\n"), @"
    HH:MM:SS  Added new package acme/dates@>=0.9.0,<2.0.0 to [ROOT]/shop/packages.yml
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing acme/audit
    ");
    insta::assert_snapshot!(project.read("packages.yml"), @"
    # ours
    packages:
      - package: acme/audit
        version: 0.1.0
      - package: acme/dates
        version:
          - '>=0.9.0'
          - '<2.0.0'
    ");
    project.write("../near/dbt_project.yml", "name: near\n");
    assert_eq!(deps(&project, &hub, &["--add-package", "../near", "--source", "local"]).code, 0);
    assert!(project.path("dbt_packages/near").is_symlink());
    insta::assert_snapshot!(told(&deps(&project, &hub, &["--add-package", "acme/dates"]), &hub), @"
    ! error: `acme/dates` is not added to the project's packages: a package of the hub needs a version: `--add-package acme/dates@1.0.0`, or `--add-package 'acme/dates@>=1.0.0,<2.0.0'`
    exit 2
    ");
}

#[test]
fn no_packages_is_no_error() {
    let hub = hub();
    let project = project("packages:\n  - package: acme/dates\n    version: 1.0.0\n");
    deps(&project, &hub, &[]);
    project.write("packages.yml", "# none\n");
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @"
    HH:MM:SS  Warning: No packages were found in packages.yml
    exit 0
    ");
    assert_eq!(tree(&project, "dbt_packages"), "");
    assert!(!project.path("package-lock.yml").exists());
    // What nobody installed stays as it lies.
    project.write("dbt_packages/vendored/dbt_project.yml", "name: vendored\n");
    deps(&project, &hub, &[]);
    assert_eq!(tree(&project, "dbt_packages"), "vendored/dbt_project.yml");
    assert_eq!(hub.asked().len(), 2);
}

#[test]
fn the_profile_is_not_needed() {
    let hub = hub();
    let project = project("packages:\n  - package: acme/dates\n    version: 1.0.0\n");
    project.write(
        "project.yml",
        "name: shop\nprofile: nowhere\nmodels:\n  shop:\n    +enabled: \"{{ target.name == 'x' }}\"\npackages-install-path: \"{{ env_var('PLACE', 'vendor') }}\"\n",
    );
    assert_eq!(deps(&project, &hub, &[]).code, 0);
    insta::assert_snapshot!(tree(&project, "vendor"), @"
    dates/dbt_project.yml
    dates/macros/version.sql
    ");
}
