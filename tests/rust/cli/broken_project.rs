//! Projects, profiles, databases and command lines that are wrong: what is printed before anything runs.

use crate::support::project::Project;
use crate::support::run::{run, run_with};

const ORDERS: &str = "
//- models/orders.sql
select 1 as id
";

/// Builds the project on one thread and tells what was printed.
fn build(text: &str) -> String {
    run(&Project::new(text), "build --threads 1").news()
}

#[test]
fn yaml_that_is_no_yaml() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select 1 as id
//- models/properties.yml
models:
  - name: orders
    columns: [id
  - name: customers
"), @r"
    error[yaml-syntax]: this is not YAML: illegal placement of ':' indicator
     --> models/properties.yml:4:9
      |
    4 |   - name: customers
      |         ^
      |
      = help: check the indentation and the `:` of this line and the one before
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn an_unknown_key() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select 1 as id
//- models/properties.yml
models:
  - name: orders
    colums:
      - name: id
"), @r"
    warning[unknown-key]: a model has no key `colums`
     --> models/properties.yml:3:5
      |
    3 |     colums:
      |     ^^^^^^
      |
      = help: did you mean `columns`?
    HH:MM:SS  1 of 1 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 1 OK created sql view model main.orders ................................... [OK in S.SSs]
    HH:MM:SS  Finished running 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    ");
}

#[test]
fn two_models_of_one_name() {
    insta::assert_snapshot!(build("
//- models/a/orders.sql
select 1 as id
//- models/b/orders.sql
select 2 as id
"), @r"
    error[duplicate-name]: found two models with the name `orders`
     --> models/b/orders.sql:1:1
      |
    1 | select 2 as id
      | ^^^^^^^^^^^^^^
      |
     ::: models/a/orders.sql:1:1
      |
    1 | select 1 as id
      | -------------- the other one
      |
      = help: rename or remove one of them: `ref` and selections go by the name of a model
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn an_unknown_profile() {
    insta::assert_snapshot!(build("
//- project.yml
name: shop
profile: shpo
//- profiles.yml
shop:
  outputs:
    dev:
      type: duckdb
  target: dev
"), @r"
    error[unknown-profile]: the profile `shpo` is not in profiles.yml
     --> project.yml:2:10
      |
    2 | profile: shpo
      |          ^^^^ named here
      |
      = note: profiles.yml holds: `shop`
      = help: did you mean `shop`?
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn an_unknown_target() {
    let project = Project::new(
        "
//- project.yml
name: shop
profile: shop
//- profiles.yml
shop:
  target: dev
  outputs:
    dev:
      type: duckdb
",
    );
    insta::assert_snapshot!(run(&project, "build --target prd").news(), @r"
    error[unknown-profile]: the profile `shop` has no target `prd`
     --> profiles.yml:4:5
      |
    4 | /     dev:
    5 | |       type: duckdb
      | |__________________^
      |
      = note: its targets: `dev`
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn no_profiles_file() {
    insta::assert_snapshot!(build("
//- project.yml
name: shop
profile: shop
"), @r"
    error[unknown-profile]: the profile `shop` cannot be found: there is no profiles.yml
     --> project.yml:2:10
      |
    2 | profile: shop
      |          ^^^^
      |
      = note: searched in: [ROOT]/shop, [ROOT]/home/.dbt
      = help: remove `profile:` to run on a DuckDB file in the project's folder, or name the folder with `--profiles-dir`
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn no_project_file() {
    insta::assert_snapshot!(run(&Project::empty(), "build").told(), @r"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    ! error: Not a dbt project: [ROOT]/shop holds no project.yml. Missing dbt_project.yml file, here and in the folders above. `martlet init` makes a new project; `--project-dir` names the folder of another
    exit 2
    ");
}

#[test]
fn two_project_files() {
    let project = Project::new(ORDERS);
    project.write("dbt_project.yml", "name: shop\n");
    insta::assert_snapshot!(run(&project, "build").news(), @r"
    ! error: [ROOT]/shop holds both project.yml and dbt_project.yml: keep one of them
    exit 2
    ");
}

#[test]
fn variables_that_are_no_mapping() {
    let project = Project::new(ORDERS);
    insta::assert_snapshot!(run_with(&project, &["build", "--vars", "start"]).news(), @r"
    ! error: String 'start' is not valid YAML for --vars: it must be a mapping, not a text; write --vars '{name: value}'
    exit 2
    ");
    insta::assert_snapshot!(run_with(&project, &["build", "--vars", "{start: [}"]).news(), @r"
    error[yaml-syntax]: this is not YAML: mismatched bracket '[' closed by '}'
     --> --vars:1:9
      |
    1 | {start: [}
      |         ^
      |
      = help: check the indentation and the `:` of this line and the one before
    ! error: String '{start: [}' is not valid YAML for --vars; write --vars '{name: value}'
    exit 2
    ");
}

#[test]
fn an_unknown_selector_method() {
    insta::assert_snapshot!(run(&Project::new(ORDERS), "build --select tags:daily").news(), @r"
    ! error: invalid selection `tags:daily`: `tags` is not a valid method name; did you mean `tag`?
    exit 2
    ");
}

#[test]
fn a_selection_of_nothing() {
    insta::assert_snapshot!(run(&Project::new(ORDERS), "build --select ordres").news(), @r"
    HH:MM:SS  [WARNING]: The selection criterion 'ordres' does not match any enabled nodes
    HH:MM:SS  [WARNING]: Nothing to do. Try checking your model configs and model specification args
    exit 0
    ");
}

#[test]
fn an_unknown_argument() {
    insta::assert_snapshot!(run(&Project::new(ORDERS), "build --selct orders").news(), @"
    ! error: unexpected argument '--selct' found; did you mean `--select`?
    exit 2
    ");
}

#[test]
fn a_database_that_another_process_holds() {
    let project = Project::new(ORDERS);
    let holder = project.database();
    let answer = run(&project, "build --threads 1");
    drop(holder);
    insta::assert_snapshot!(answer.news(), @"
    ! error: the database shop.duckdb is in use by process NNN (PROGRAM). Close that program, or raise `retries: {connect_attempts: ...}` in the profile
    exit 2
    ");
}
