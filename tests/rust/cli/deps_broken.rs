//! `deps` where something is wrong: requests, versions, servers, archives. What lies there stays as it is.

use serde_json::json;

use crate::cli::deps::{deps, hub, project, told, tree};
use crate::support::project::Project;
use crate::support::run::{run, run_in};
use crate::support::servers::{Hub, Page, Repository, archive};

/// A project with `acme/dates` 1.0.0 installed, which then asks for something else.
pub(super) fn installed(hub: &Hub, packages: &str) -> Project {
    let project = project("packages:\n  - package: acme/dates\n    version: 1.0.0\n");
    assert_eq!(deps(&project, hub, &[]).code, 0);
    project.write("packages.yml", packages);
    project
}

/// Runs `deps`, and asks that it fails and leaves everything as it was.
pub(super) fn refused(project: &Project, hub: &Hub, arguments: &[&str]) -> String {
    let before = (tree(project, "."), project.read("package-lock.yml"));
    let answer = deps(project, hub, arguments);
    assert_eq!(answer.code, 2, "{}", answer.told());
    assert_eq!((tree(project, "."), project.read("package-lock.yml")), before);
    told(&answer, hub)
}

#[test]
fn requests_are_checked_in_one_pass() {
    let hub = hub();
    let project = installed(
        &hub,
        r#"packages:
  - package: acme/dates
  - package: dates
    version: 1.0.0
  - package: acme/dates
    version: ">=1.x"
  - git: ""
  - git: --upload-pack=evil
  - git: https://example.com/a.git
    subdirectory: ../a
  - tarball: https://example.com/a.tar.gz
  - private: acme/secret
  - local: a
    git: b
  - path: a
  - local: ../near
    versoin: 1
"#,
    );
    insta::assert_snapshot!(refused(&project, &hub, &[]), @r#"
    error[missing-key]: `acme/dates` says no `version`
     --> packages.yml:2:5
      |
    2 |   - package: acme/dates
      |     ^^^^^^^^^^^^^^^^^^^
      |
      = help: a package of the hub needs one: `version: 1.3.0`, or `version: [">=1.0.0", "<2.0.0"]`
    error[invalid-value]: `dates` cannot be a package of the hub
     --> packages.yml:3:5
      |
    3 |     - package: dates
      |  _____^
    4 | |     version: 1.0.0
      | |__________________^
      |
      = help: write the organisation and the name, as in `dbt-labs/dbt_utils`
    error[invalid-value]: `>=1.x` is not a version
     --> packages.yml:6:14
      |
    6 |     version: ">=1.x"
      |              ^^^^^^^
      |
      = help: a version has three numbers, with `>=`, `>`, `<`, `<=` or `=` in front: `>=1.0.0`
    error[invalid-value]: `git` of a package is empty
     --> packages.yml:7:10
      |
    7 |   - git: ""
      |          ^^
    error[invalid-value]: `--upload-pack=evil` cannot be where a package comes from: it begins with `-`
     --> packages.yml:8:10
      |
    8 |   - git: --upload-pack=evil
      |          ^^^^^^^^^^^^^^^^^^
    error[invalid-value]: `../a` is no folder inside the repository
      --> packages.yml:10:19
       |
    10 |     subdirectory: ../a
       |                   ^^^^
    error[missing-key]: a package has no `name`
      --> packages.yml:11:5
       |
    11 |   - tarball: https://example.com/a.tar.gz
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error[unsupported]: the private package `acme/secret` needs a hosted service, which knows its address
      --> packages.yml:12:5
       |
    12 |   - private: acme/secret
       |     ^^^^^^^^^^^^^^^^^^^^
       |
       = help: write `git: https://github.com/acme/secret.git` (or the address of your provider) with a `revision`
    error[invalid-value]: a package comes from one place, not from both `git` and `local`
      --> packages.yml:13:5
       |
    13 |     - local: a
       |  _____^
    14 | |     git: b
       | |__________^
    error[missing-key]: a package says nowhere where it comes from
      --> packages.yml:15:5
       |
    15 |   - path: a
       |     ^^^^^^^
       |
       = help: begin it with `package:`, `git:`, `local:` or `tarball:`
    warning[unknown-key]: a package has no key `versoin`
      --> packages.yml:17:5
       |
    17 |     versoin: 1
       |     ^^^^^^^
    ! 10 errors; installed packages are as they were
    exit 2
    "#);
}

#[test]
fn two_lists_are_one_too_many() {
    let hub = hub();
    let project = installed(&hub, "packages:\n  - local: a\nprojects: []\n");
    project.write("dependencies.yml", "packages:\n  - local: b\n");
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[invalid-value]: `projects` belongs into dependencies.yml, not into packages.yml
     --> packages.yml:3:1
      |
    3 | projects: []
      | ^^^^^^^^
    error[invalid-value]: `packages` stands in both packages.yml and dependencies.yml
     --> dependencies.yml:1:1
      |
    1 | packages:
      | ^^^^^^^^
      |
     ::: packages.yml:1:1
      |
    1 | packages:
      | -------- the other list
      |
      = help: keep one of the two lists
    ! 2 errors; installed packages are as they were
    exit 2
    ");
}

#[test]
fn what_cannot_be_rendered_is_not_fetched() {
    let hub = hub();
    let project = installed(
        &hub,
        "packages:\n  - git: \"{{ env_var('REPOSITORY') }}\"\n  - package: acme/dates\n    version: \"{{ 1 + }}\"\n",
    );
    hub.asked();
    insta::assert_snapshot!(refused(&project, &hub, &[]), @r#"
    error[jinja-error]: Env var required but not provided: 'REPOSITORY'
     --> packages.yml:2:14
      |
    2 |   - git: "{{ env_var('REPOSITORY') }}"
      |              ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: set it, or give a default: `env_var('REPOSITORY', '...')`
    error[invalid-value]: `{{ 1 + }}` is not a version
     --> packages.yml:4:14
      |
    4 |     version: "{{ 1 + }}"
      |              ^^^^^^^^^^^
      |
      = help: a version has three numbers, with `>=`, `>`, `<`, `<=` or `=` in front: `>=1.0.0`
    error[jinja-syntax]: this is not Jinja: unexpected `}}`
     --> packages.yml:4:22
      |
    4 |     version: "{{ 1 + }}"
      |                      ^^
    ! 3 errors; installed packages are as they were
    exit 2
    "#);
    assert!(hub.asked().is_empty());
}

#[test]
fn a_package_with_a_new_name_is_told() {
    let mut hub = hub();
    hub.rename("acme/dates", "acme/calendar");
    let project = project("packages:\n  - package: acme/dates\n    version: 1.0.0\n");
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing acme/dates
    HH:MM:SS  Installed from version 1.0.0
    HH:MM:SS  Updated version available: 1.1.0
    HH:MM:SS  Updates available for packages: ['acme/dates']
    HH:MM:SS  Update your versions in packages.yml, then run martlet deps
    warning[deprecated]: the package `acme/dates` goes by the name `acme/calendar` now
     --> packages.yml:2:5
      |
    2 |     - package: acme/dates
      |  _____^
    3 | |     version: 1.0.0
      | |__________________^
      |
      = help: ask for `acme/calendar`
    exit 0
    ");
}

#[test]
fn a_conflict_says_who_asks_for_what() {
    let mut hub = hub();
    hub.release("acme/dates", "3.0.0", json!([]));
    hub.describe("acme/dates", "3.0.0", |release| release["require_dbt_version"] = json!([">=2.0.0"]));
    hub.release("acme/old", "1.0.0", json!([{"package": "acme/dates", "version": "=3.0.0"}]));
    let project = installed(
        &hub,
        "packages:\n  - package: acme/audit\n    version: 0.1.0\n  - package: acme/dates\n    version: '>=1.1.0'\n  - package: acme/dtaes\n    version: 1.0.0\n",
    );
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[package-conflict]: no version of `acme/dates` is what everybody asks for
     --> packages.yml:4:5
      |
    4 |     - package: acme/dates
      |  _____^
    5 | |     version: '>=1.1.0'
      | |______________________^
      |
      = note: packages.yml asks for >=1.1.0
      = note: acme/audit@0.1.0 asks for >=0.9.0, <1.1.0
      = note: the hub has 3.0.0, 2.0.0-b1, 1.1.0, 1.0.0, 0.9.0
      = help: ask for a version that there is, and that the others accept
    error[unavailable-package]: `acme/dtaes` cannot be installed: the hub has no package `acme/dtaes`: there is no [HUB]/api/v1/acme/dtaes.json
     --> packages.yml:6:5
      |
    6 |     - package: acme/dtaes
      |  _____^
    7 | |     version: 1.0.0
      | |__________________^
      |
      = help: check the spelling of organisation and name; `DBT_PACKAGE_HUB_URL` names another hub
    ! 2 errors; installed packages are as they were
    exit 2
    ");
    project.write("packages.yml", "packages:\n  - package: acme/old\n    version: 1.0.0\n");
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[package-conflict]: no version of `acme/dates` is what is asked for
     --> packages.yml:2:5
      |
    2 |     - package: acme/old
      |  _____^
    3 | |     version: 1.0.0
      | |__________________^
      |
      = note: acme/old@1.0.0 asks for =3.0.0
      = note: the hub has 3.0.0, 2.0.0-b1, 1.1.0, 1.0.0, 0.9.0
      = help: version 3.0.0 says that it does not run with this version of dbt; `--no-version-check` takes it all the same
    ! 1 error; installed packages are as they were
    exit 2
    ");
    project.write("packages.yml", "packages:\n  - package: acme/dates\n    version: '>1.1.0'\n");
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[package-conflict]: no version of `acme/dates` is what is asked for
     --> packages.yml:2:5
      |
    2 |     - package: acme/dates
      |  _____^
    3 | |     version: '>1.1.0'
      | |_____________________^
      |
      = note: packages.yml asks for >1.1.0
      = note: the hub has 3.0.0, 2.0.0-b1, 1.1.0, 1.0.0, 0.9.0
      = help: version 3.0.0 says that it does not run with this version of dbt; `--no-version-check` takes it all the same
    ! 1 error; installed packages are as they were
    exit 2
    ");
}

#[test]
fn repositories_and_revisions_that_are_not_there() {
    let hub = hub();
    let project = installed(&hub, "");
    let repository = Repository::new(project.root(), "shared");
    repository.commit("v1.0.0", &[("readme", "")]);
    let address = repository.address();
    project.write(
        "packages.yml",
        &format!(
            "packages:\n  - git: {address}\n    revision: v1.0.O\n  - git: ../none.git\n  - git: {address}\n    subdirectory: inner\n    revision: v1.0.0\n",
        ),
    );
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[unavailable-package]: `[ROOT]/shared.git` cannot be installed: the repository [ROOT]/shared.git has no revision `v1.0.O`
     --> packages.yml:2:5
      |
    2 |     - git: [ROOT]/shared.git
      |  _____^
    3 | |     revision: v1.0.O
      | |____________________^
      |
      = help: did you mean `v1.0.0`?
    error[unavailable-package]: `../none.git` cannot be installed: the repository ../none.git cannot be read: '../none.git' does not appear to be a git repository
     --> packages.yml:4:5
      |
    4 |   - git: ../none.git
      |     ^^^^^^^^^^^^^^^^
      |
      = help: check the address and that git may read it: `git ls-remote` asks the same
    error[unavailable-package]: `[ROOT]/shared.git/inner` cannot be installed: revision `v1.0.0` of the repository [ROOT]/shared.git has no folder `inner`
     --> packages.yml:5:5
      |
    5 |     - git: [ROOT]/shared.git
      |  _____^
    6 | |     subdirectory: inner
    7 | |     revision: v1.0.0
      | |____________________^
      |
      = help: `subdirectory` is taken from the repository's top folder
    ! 3 errors; installed packages are as they were
    exit 2
    ");
    project.write("packages.yml", &format!("packages:\n  - git: {address}\n    revision: v1.0.0\n"));
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing [ROOT]/shared.git
    error[unavailable-package]: `[ROOT]/shared.git` is no package: it holds neither dbt_project.yml nor project.yml
     --> packages.yml:2:5
      |
    2 |     - git: [ROOT]/shared.git
      |  _____^
    3 | |     revision: v1.0.0
      | |____________________^
      |
      = help: name the folder that holds it with `subdirectory:`
    ! 1 error; installed packages are as they were
    exit 2
    ");
    project.write("../near/dbt_project.yml", "name: near\n");
    let near = format!("packages:\n  - git: {address}\n    revision: main\n");
    project.write("../near/packages.yml", &near);
    project.write(
        "packages.yml",
        &format!("packages:\n  - local: ../near\n  - git: {address}\n    revision: v1.0.0\n"),
    );
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[package-conflict]: two revisions of `[ROOT]/shared.git` are asked for
     --> packages.yml:3:5
      |
    3 |     - git: [ROOT]/shared.git
      |  _____^
    4 | |     revision: v1.0.0
      | |____________________^
      |
      = note: packages.yml asks for v1.0.0
      = note: ../near asks for main
      = help: ask for the same revision everywhere
    ! 1 error; installed packages are as they were
    exit 2
    ");
}

#[test]
fn names_that_clash_and_folders_that_are_none() {
    let hub = hub();
    let project = installed(
        &hub,
        "packages:\n  - local: ../one\n  - local: ../two\n  - local: ../own\n  - local: ../bare\n  - local: ../gone\n  - local: ../odd\n",
    );
    project.write("../one/dbt_project.yml", "name: same\n");
    project.write("../two/dbt_project.yml", "name: Same\n");
    project.write("../own/dbt_project.yml", "name: shop\n");
    project.write("../odd/dbt_project.yml", "name: ../../odd\n");
    project.write("../bare/readme", "");
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[duplicate-name]: the packages `../one` and `../two` are named `same` and `Same`, one folder on some systems
     --> packages.yml:3:5
      |
    2 |   - local: ../one
      |     ------------- the other package
    3 |   - local: ../two
      |     ^^^^^^^^^^^^^
      |
      = help: keep one of them
    error[duplicate-name]: the package `../own` is named `shop`, as the project itself
     --> packages.yml:4:5
      |
    4 |   - local: ../own
      |     ^^^^^^^^^^^^^
      |
     ::: project.yml:1:7
      |
    1 | name: shop
      |       ---- the project
      |
      = help: rename the project, or leave the package out
    error[unavailable-package]: `../bare` is no package: it holds neither dbt_project.yml nor project.yml
     --> packages.yml:5:5
      |
    5 |   - local: ../bare
      |     ^^^^^^^^^^^^^^
      |
      = help: name the folder that holds it
    error[unavailable-package]: `../gone` cannot be installed: cannot resolve [ROOT]/shop/../gone: No such file or directory (os error 2)
     --> packages.yml:6:5
      |
    6 |   - local: ../gone
      |     ^^^^^^^^^^^^^^
      |
      = help: local packages are looked for from the root project's folder
    error[invalid-value]: `../odd` has no usable name: its project file says `../../odd`
     --> packages.yml:7:5
      |
    7 |   - local: ../odd
      |     ^^^^^^^^^^^^^
      |
      = help: a name holds letters, digits and underscores
    ! 5 errors; installed packages are as they were
    exit 2
    ");
    project.write("packages.yml", "packages:\n  - local: ../one\n  - local: ../two\n  - local: ../own\n");
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing ../one
    HH:MM:SS  Installed from <local @ ../one>
    HH:MM:SS  Installing ../two
    HH:MM:SS  Installing ../own
    error[duplicate-name]: the packages `../one` and `../two` are named `same` and `Same`, one folder on some systems
     --> packages.yml:3:5
      |
    2 |   - local: ../one
      |     ------------- the other package
    3 |   - local: ../two
      |     ^^^^^^^^^^^^^
      |
      = help: keep one of them
    error[duplicate-name]: the package `../own` is named `shop`, as the project itself
     --> packages.yml:4:5
      |
    4 |   - local: ../own
      |     ^^^^^^^^^^^^^
      |
     ::: project.yml:1:7
      |
    1 | name: shop
      |       ---- the project
      |
      = help: rename the project, or leave the package out
    ! 2 errors; installed packages are as they were
    exit 2
    ");
}

#[test]
fn a_lock_that_was_spoiled_and_a_package_in_the_way() {
    let hub = hub();
    let project = project("packages:\n  - package: acme/dates\n    version: 1.0.0\n");
    assert_eq!(deps(&project, &hub, &[]).code, 0);
    let lock = project.read("package-lock.yml");
    project.write("package-lock.yml", &lock.replace("1.0.0", "one"));
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[invalid-value]: `one` is not a version
     --> package-lock.yml:4:14
      |
    4 |     version: one
      |              ^^^
      |
      = help: a version has three numbers, with `>=`, `>`, `<`, `<=` or `=` in front: `>=1.0.0`
      = help: `martlet deps --upgrade` writes the lock anew
    ! 1 error; installed packages are as they were
    exit 2
    ");
    assert_eq!(deps(&project, &hub, &["--upgrade"]).code, 0);
    assert_eq!(project.read("package-lock.yml"), lock);
    project.write("packages.yml", "packages:\n  - local: dbt_packages/dates\n");
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing dbt_packages/dates
    error[invalid-value]: `dbt_packages/dates` lies in the folder that packages are installed to, which is replaced
     --> packages.yml:2:5
      |
    2 |   - local: dbt_packages/dates
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: move it into a folder of its own
    ! 1 error; installed packages are as they were
    exit 2
    ");
}

#[test]
fn packages_in_a_circle() {
    let hub = hub();
    let project = installed(&hub, "packages:\n  - local: ../one\n");
    project.write("../one/dbt_project.yml", "name: one\n");
    project.write("../one/packages.yml", "packages:\n  - local: ../two\n");
    project.write("../two/dbt_project.yml", "name: two\n");
    project.write("../two/packages.yml", "packages:\n  - local: ../one\n");
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[cycle]: packages ask for each other in a circle: ../one -> ../two -> ../one
     --> packages.yml:2:5
      |
    2 |   - local: ../one
      |     ^^^^^^^^^^^^^
      |
      = help: one of them has to do without the other
    ! 1 error; installed packages are as they were
    exit 2
    ");
}

#[test]
fn a_hub_that_is_gone_or_is_none() {
    let hub = hub();
    let project = installed(&hub, "packages:\n  - package: acme/dates\n    version: 1.1.0\n");
    // Nobody listens on a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = format!("http://127.0.0.1:{port}/");
    let answer = run_in(&project, &["deps"], &[("DBT_PACKAGE_HUB_URL", &gone)]);
    insta::assert_snapshot!(told(&answer, &hub).replace(&gone, "[GONE]/"), @"
    error[unavailable-package]: `acme/dates` cannot be installed: [GONE]/api/v1/acme/dates.json cannot be reached: io: Connection refused (os error 111)
     --> packages.yml:2:5
      |
    2 |     - package: acme/dates
      |  _____^
    3 | |     version: 1.1.0
      | |__________________^
      |
      = help: check the network (a proxy is taken from `HTTPS_PROXY`) and try again
    ! 1 error; installed packages are as they were
    exit 2
    ");
    assert_eq!(tree(&project, "dbt_packages"), "dates/dbt_project.yml\ndates/macros/version.sql");
    hub.set("/api/v1/acme/dates.json", Page::Body(b"<html>".to_vec()));
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    error[unavailable-package]: `acme/dates` cannot be installed: [HUB]/api/v1/acme/dates.json holds no index of a package
     --> packages.yml:2:5
      |
    2 |     - package: acme/dates
      |  _____^
    3 | |     version: 1.1.0
      | |__________________^
      |
      = help: check that `DBT_PACKAGE_HUB_URL` names a hub of packages
    ! 1 error; installed packages are as they were
    exit 2
    ");
}

#[test]
fn a_package_that_changed_since_it_was_locked_is_refused() {
    let mut hub = hub();
    let project = project("packages:\n  - package: acme/dates\n    version: 1.0.0\n");
    assert_eq!(deps(&project, &hub, &[]).code, 0);
    let other =
        archive("dates", &[("dbt_project.yml", "name: dates\n"), ("macros/version.sql", "-- evil\n")]);
    hub.release_of("acme/dates", "1.0.0", json!([]), other);
    insta::assert_snapshot!(refused(&project, &hub, &[]), @"
    HH:MM:SS  Installing acme/dates
    error[changed-package]: the content of `acme/dates@1.0.0` has changed since it was locked
     --> package-lock.yml:2:5
      |
    2 |     - name: dates
      |  _____^
    3 | |     package: acme/dates
    4 | |     version: 1.0.0
      | |__________________^
      |
     ::: package-checksums.yml:4:5
      |
    4 |     - package: acme/dates@1.0.0
      |  _____-
    5 | |     sha256: [HASH]
      | |____________________________________________________________________________- what it held then
      |
      = note: locked SHA-256: [HASH]
      = note: found SHA-256:  [HASH]
      = help: find out why; if the change is meant, remove the entry from package-checksums.yml and run `martlet deps` again
    ! 1 error; installed packages are as they were
    exit 2
    ");
    refused(&project, &hub, &["--upgrade"]);
    // The same files packed differently are the same package.
    let again = archive(
        "another-name",
        &[
            ("macros/version.sql", "{% macro dates_version() %}'1.0.0'{% endmacro %}\n"),
            ("dbt_project.yml", "name: dates\nversion: 1.0.0\n"),
        ],
    );
    hub.release_of("acme/dates", "1.0.0", json!([]), again);
    assert_eq!(deps(&project, &hub, &[]).code, 0);
}

#[test]
fn secrets_are_not_told() {
    let hub = hub();
    let address = hub.address().replace("http://", "http://{{ env_var('DBT_ENV_SECRET_TOKEN') }}@");
    hub.set("/a.tar.gz", Page::Status(403));
    let project = project(&format!("packages:\n  - tarball: \"{address}/a.tar.gz\"\n    name: a\n"));
    let answer = run_in(&project, &["deps"], &[("DBT_ENV_SECRET_TOKEN", "hush")]);
    insta::assert_snapshot!(told(&answer, &hub), @r#"
    error[unavailable-package]: `a` cannot be installed: http://*****@[HOST]/a.tar.gz answered with status 403
     --> packages.yml:2:5
      |
    2 |     - tarball: "http://{{ env_var('DBT_ENV_SECRET_TOKEN') }}@[HOST]/a.tar.gz"
      |  _____^
    3 | |     name: a
      | |___________^
      |
      = help: the address asks who you are: put a token into it with `env_var('DBT_ENV_SECRET_...')`
    ! 1 error; installed packages are as they were
    exit 2
    "#);
    let whole = archive("top", &[("dbt_project.yml", "name: a\n")]);
    hub.set("/a.tar.gz", Page::Body(whole));
    let answer = run_in(&project, &["deps"], &[("DBT_ENV_SECRET_TOKEN", "hush")]);
    assert_eq!(answer.code, 0, "{}", answer.told());
    let kept = [project.read("package-lock.yml"), project.read("package-checksums.yml"), answer.told()];
    assert!(kept.iter().all(|text| !text.contains("hush")), "{}", kept.join("\n"));
    // The next run knows the address from the lock.
    assert_eq!(run_in(&project, &["deps"], &[("DBT_ENV_SECRET_TOKEN", "hush")]).code, 0);
}

#[test]
fn folders_that_hold_anything_else_are_not_replaced() {
    let hub = hub();
    let refused = |path: &str| {
        let project = installed(&hub, "packages:\n  - package: acme/dates\n    version: 1.1.0\n");
        project.write("project.yml", &format!("name: shop\npackages-install-path: {path}\n"));
        project.write("../papers/will.txt", "mine");
        project.write("data/raw.csv", "id");
        refused(&project, &hub, &[]).lines().next().unwrap().to_owned()
    };
    insta::assert_snapshot!([".", "..", "models", "../papers", "data"].map(refused).join("\n"), @"
    error[invalid-value]: packages are not installed to `.`: the project itself lies in it
    error[invalid-value]: packages are not installed to `..`: the project itself lies in it
    error[invalid-value]: packages are not installed to `models`: the project's own files lie there (models)
    error[invalid-value]: packages are not installed to `../papers`: it holds `will.txt`, which is no package
    error[invalid-value]: packages are not installed to `data`: it holds `raw.csv`, which is no package
    ");
}

#[test]
fn what_lies_in_the_usual_folder_is_replaced() {
    let hub = hub();
    let project = installed(&hub, "packages:\n  - package: acme/dates\n    version: 1.1.0\n");
    project.write("dbt_packages/half/readme", "");
    // What a killed run left behind is cleared away too.
    project.write(".dbt_packages.part/0/readme", "");
    project.write(".dbt_packages.old/dates/readme", "");
    assert_eq!(deps(&project, &hub, &[]).code, 0);
    assert_eq!(tree(&project, "dbt_packages"), "dates/dbt_project.yml\ndates/macros/version.sql");
    assert!(!project.path(".dbt_packages.part").exists() && !project.path(".dbt_packages.old").exists());
}

#[test]
fn running_without_the_packages_says_what_to_do() {
    let hub = hub();
    let project = project("packages:\n  - package: acme/audit\n    version: 0.1.0\n");
    insta::assert_snapshot!(run(&project, "parse").news(), @"
    error[missing-packages]: packages.yml asks for 1 package, and `dbt_packages` holds 0
     --> packages.yml:1:1
      |
    1 | packages:
      | ^^^^^^^^
      |
      = help: run `martlet deps`
    ! the project has 1 error; nothing was run
    exit 2
    ");
    insta::assert_snapshot!(run(&project, "clean").news(), @"
    HH:MM:SS  Finished cleaning all paths.
    exit 0
    ");
    // Folders that lie there are used as they are, lock or none.
    project.write("dbt_packages/audit/dbt_project.yml", "name: audit\n");
    insta::assert_snapshot!(run(&project, "parse").news(), @"exit 0");
    assert!(hub.asked().is_empty());
}
