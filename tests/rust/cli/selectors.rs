//! `selectors.yml`: selections with names, as dbt takes them, and what is wrong with those it does not take.

use crate::support::project::Project;
use crate::support::run::{run, run_with, succeed};

/// A project of five models in a row and a branch, two of them tagged, with four tests.
fn shop(selectors: &str) -> Project {
    let project = Project::new(
        "
//- models/a.sql
select 1 as id
//- models/b.sql
{{ config(tags=['nightly']) }} select * from {{ ref('a') }}
//- models/marts/c.sql
select * from {{ ref('b') }}
//- models/marts/d.sql
{{ config(tags=['nightly'], materialized='table') }} select * from {{ ref('c') }} union all select * from {{ ref('e') }}
//- models/e.sql
select 2 as id
//- models/properties.yml
models:
  - name: a
    columns: [{name: id, data_tests: [unique]}]
  - name: b
    columns: [{name: id, data_tests: [not_null, {relationships: {arguments: {to: ref('a'), field: id}}}]}]
  - name: d
    columns: [{name: id, data_tests: [{relationships: {arguments: {to: ref('b'), field: id}}}]}]
",
    );
    project.write("selectors.yml", selectors);
    project
}

const SELECTORS: &str = r#"selectors:
  - name: text
    definition: "2+d"
  - name: short
    description: by tag
    definition: {tag: nightly}
  - name: full
    definition:
      method: fqn
      value: b
      parents: true
      children: true
      children_depth: 1
      indirect_selection: empty
  - name: around
    definition: {method: fqn, value: b, childrens_parents: true}
  - name: either
    definition:
      union:
        - a
        - {tag: nightly}
        - intersection:
            - path:models/marts
            - {method: config.materialized, value: view}
        - exclude:
            - {method: fqn, value: d}
            - e
  - name: both
    definition:
      intersection:
        - {method: selector, value: either}
        - {tag: nightly}
  - name: without
    definition: {method: path, value: models/marts, exclude: [{method: fqn, value: c}]}
  - name: careful
    definition:
      union:
        - {method: fqn, value: a, indirect_selection: cautious}
        - {method: fqn, value: b, indirect_selection: cautious}
"#;

/// Names what a selector takes, on one line.
fn taken(project: &Project, name: &str) -> String {
    let names = succeed(project, &format!("list --output name --selector {name}")).stdout;
    format!("{name}: {}", names.lines().collect::<Vec<_>>().join(" "))
}

#[test]
fn every_form_of_definition() {
    let project = shop(SELECTORS);
    let names = ["text", "short", "full", "around", "either", "both", "without", "careful"];
    // What dbt 1.11.16 lists.
    insta::assert_snapshot!(names.map(|name| taken(&project, name)).join("\n"), @"
    text: b c d e not_null_b_id relationships_b_id__id__ref_a_ relationships_d_id__id__ref_b_
    short: b d not_null_b_id relationships_b_id__id__ref_a_ relationships_d_id__id__ref_b_
    full: a b c not_null_b_id relationships_b_id__id__ref_a_ relationships_d_id__id__ref_b_
    around: a b c d e not_null_b_id relationships_b_id__id__ref_a_ relationships_d_id__id__ref_b_ unique_a_id
    either: a b c not_null_b_id relationships_b_id__id__ref_a_ unique_a_id
    both: b not_null_b_id relationships_b_id__id__ref_a_
    without: d relationships_d_id__id__ref_b_
    careful: a b not_null_b_id unique_a_id
    ");
}

#[test]
fn the_manifest_holds_selectors_taken_apart() {
    let project = shop(SELECTORS);
    succeed(&project, "compile");
    let manifest: serde_json::Value = serde_json::from_str(&project.read("target/manifest.json")).unwrap();
    let told: Vec<String> =
        manifest["selectors"].as_object().unwrap().values().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    {"name":"text","definition":{"parents":true,"parents_depth":"2","method":"fqn","value":"d"}}
    {"name":"short","description":"by tag","definition":{"method":"tag","value":"nightly"}}
    {"name":"full","definition":{"method":"fqn","value":"b","parents":true,"children":true,"children_depth":1,"indirect_selection":"empty"}}
    {"name":"around","definition":{"method":"fqn","value":"b","childrens_parents":true}}
    {"name":"either","definition":{"union":[{"method":"fqn","value":"a"},{"method":"tag","value":"nightly"},{"intersection":[{"method":"path","value":"models/marts"},{"method":"config.materialized","value":"view"}]},{"exclude":[{"method":"fqn","value":"d"},{"method":"fqn","value":"e"}]}]}}
    {"name":"both","definition":{"intersection":[{"union":[{"method":"fqn","value":"a"},{"method":"tag","value":"nightly"},{"intersection":[{"method":"path","value":"models/marts"},{"method":"config.materialized","value":"view"}]},{"exclude":[{"method":"fqn","value":"d"},{"method":"fqn","value":"e"}]}]},{"method":"tag","value":"nightly"}]}}
    {"name":"without","definition":{"method":"path","value":"models/marts","exclude":[{"method":"fqn","value":"c"}]}}
    {"name":"careful","definition":{"union":[{"method":"fqn","value":"a","indirect_selection":"cautious"},{"method":"fqn","value":"b","indirect_selection":"cautious"}]}}
    "#);
}

#[test]
fn the_default_is_taken_when_nothing_is_selected() {
    let project = shop(
        "selectors:\n  - {name: one, definition: e, default: \"{{ target.name == 'dev' }}\"}\n  - {name: two, definition: a}\n",
    );
    insta::assert_snapshot!(run(&project, "list").told(), @"
    shop.e
    ! Using default selector one
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "run --threads 1").news(), @"
    HH:MM:SS  Using default selector one
    HH:MM:SS  1 of 1 START sql view model main.e ............................................. [RUN]
    HH:MM:SS  1 of 1 OK created sql view model main.e ........................................ [OK in S.SSs]
    HH:MM:SS  Finished running 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    ");
    assert_eq!(succeed(&project, "list --select c").stdout, "shop.marts.c\n");
    assert_eq!(
        succeed(&project, "list --exclude a b d e --indirect-selection eager").stdout,
        "shop.marts.c\n"
    );
    // A selector that is named wins over everything, as in dbt.
    assert_eq!(succeed(&project, "list --selector two --select c --resource-type model").stdout, "shop.a\n");
}

#[test]
fn a_selector_that_is_not_there() {
    let project = shop(SELECTORS);
    insta::assert_snapshot!(run(&project, "list --selector eiter").told(), @"
    ! error: Could not find selector named eiter, expected one of text, short, full, around, either, both, without, careful; did you mean `either`?
    exit 2
    ");
    let project = Project::new("//- models/a.sql\nselect 1 as id\n");
    insta::assert_snapshot!(run(&project, "list --selector x").told(), @"
    ! error: Could not find selector named x, selectors.yml has none
    exit 2
    ");
}

#[test]
fn definitions_that_are_wrong_are_told_at_once() {
    let project = shop(
        "selectors:
  - {name: one, definition: a, default: true}
  - {name: two, definition: b, default: true}
  - {name: heir, definition: {method: selector, value: tow}}
  - {name: twice, definition: {union: [a], intersection: [b]}}
  - name: excludes
    definition: {union: [a, {exclude: [b]}, {exclude: [c]}]}
  - {name: method, definition: {tagg: x}}
  - {name: nothing}
  - {name: list, definition: [a, b]}
  - {name: values, definition: {fqn: [a, b]}}
  - {name: tests, definition: {method: fqn, value: a, indirect_selection: eagre, bogus: 1}}
  - {name: at, definition: '@a+'}
  - {name: half, definition: {method: fqn}}
",
    );
    insta::assert_snapshot!(run_with(&project, &["list"]).told(), @"
    error[invalid-value]: `two` is the second selector with `default: true`
     --> selectors.yml:3:5
      |
    2 |   - {name: one, definition: a, default: true}
      |     ----------------------------------------- the first
    3 |   - {name: two, definition: b, default: true}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: one selector can be the default

    error[invalid-value]: there is no selector `tow` above this one
     --> selectors.yml:4:56
      |
    4 |   - {name: heir, definition: {method: selector, value: tow}}
      |                                                        ^^^
      |
      = help: did you mean `two`?

    error[invalid-value]: beside `union` a definition holds nothing else
     --> selectors.yml:5:31
      |
    5 |   - {name: twice, definition: {union: [a], intersection: [b]}}
      |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: put one set into the other, as an entry of its list

    error[invalid-value]: `union` has a second entry with `exclude`
     --> selectors.yml:7:46
      |
    7 |     definition: {union: [a, {exclude: [b]}, {exclude: [c]}]}
      |                                              ^^^^^^^
      |
      = help: put everything that is excluded into one list

    error[selection-syntax]: invalid selection `tagg`: `tagg` is not a valid method name; did you mean `tag`?
     --> selectors.yml:8:32
      |
    8 |   - {name: method, definition: {tagg: x}}
      |                                ^^^^^^^^^

    error[missing-key]: the selector `nothing` has no `definition`
     --> selectors.yml:9:5
      |
    9 |   - {name: nothing}
      |     ^^^^^^^^^^^^^^^

    error[invalid-value]: a definition is a text or a mapping, not a list
      --> selectors.yml:10:30
       |
    10 |   - {name: list, definition: [a, b]}
       |                              ^^^^^^
       |
       = help: join a list by `union:` or `intersection:`

    error[invalid-value]: the value of `fqn` must be a text, not a list
      --> selectors.yml:11:38
       |
    11 |   - {name: values, definition: {fqn: [a, b]}}
       |                                      ^^^^^^
       |
       = help: join several values by `union:`

    error[invalid-value]: `indirect_selection` is one of eager, cautious, buildable, empty, not `eagre`
      --> selectors.yml:12:75
       |
    12 |   - {name: tests, definition: {method: fqn, value: a, indirect_selection: eagre, bogus: 1}}
       |                                                                           ^^^^^
       |
       = help: did you mean `eager`?

    error[selection-syntax]: invalid selection `@a+`: `@` reaches all descendants already, so a `+` behind the name has no meaning
      --> selectors.yml:13:28
       |
    13 |   - {name: at, definition: '@a+'}
       |                            ^^^^^

    error[missing-key]: a definition with `method` has no `value`
      --> selectors.yml:14:30
       |
    14 |   - {name: half, definition: {method: fqn}}
       |                              ^^^^^^^^^^^^^

    ! the project has 11 errors; nothing was run
    exit 2
    ");
}

#[test]
fn values_that_are_taken_for_something_else() {
    let project = shop(
        "selectors:
  - {name: steps, definition: {method: fqn, value: c, parents: 1, parents_depth: -1, children: 0}}
  - {name: heir, definition: {method: selector, value: steps, children: true}}
",
    );
    insta::assert_snapshot!(run(&project, "parse").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    warning[invalid-value]: `parents` is true or false, not a whole number
     --> selectors.yml:2:64
      |
    2 |   - {name: steps, definition: {method: fqn, value: c, parents: 1, parents_depth: -1, children: 0}}
      |                                                                ^ taken for true
      |
      = help: `parents_depth` and `children_depth` say how far to go

    warning[invalid-value]: `children` is true or false, not a whole number
     --> selectors.yml:2:96
      |
    2 |   - {name: steps, definition: {method: fqn, value: c, parents: 1, parents_depth: -1, children: 0}}
      |                                                                                                ^ taken for false
      |
      = help: `parents_depth` and `children_depth` say how far to go

    warning[invalid-value]: a selector that is inherited is taken as it is, in dbt as here
     --> selectors.yml:3:30
      |
    3 |   - {name: heir, definition: {method: selector, value: steps, children: true}}
      |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ only `method` and `value` count

    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 5 models, 4 data tests, NNN macros
    HH:MM:SS
    exit 0
    ");
    // dbt 1.11.16 lists the same.
    assert_eq!(succeed(&project, "list --selector steps").stdout, "shop.marts.c\n");
    assert_eq!(succeed(&project, "list --selector heir").stdout, "shop.marts.c\n");
}

#[test]
fn selectors_within_selections() {
    let project = shop(SELECTORS);
    // dbt 1.12 has the method; a selector cannot contain itself, for only those above it can be named.
    let names = |arguments: &str| {
        let kinds = "--resource-type model --output name";
        succeed(&project, &format!("list {kinds} {arguments}")).stdout.lines().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("--select selector:either"), "a b c");
    assert_eq!(names("--select selector:both+1"), "b c");
    assert_eq!(names("--select selector:either,tag:nightly e"), "b e");
    assert_eq!(names("--exclude selector:either"), "d e");
    insta::assert_snapshot!(run(&project, "list --select selector:eiter").told(), @"
    ! error: Could not find selector named eiter, expected one of text, short, full, around, either, both, without, careful; did you mean `either`?
    exit 2
    ");
    let project = shop(
        "selectors:
  - {name: a, definition: 'tag:nightly'}
  - {name: b, definition: 'selector:a'}
  - {name: c, definition: {selector: b}}
  - {name: d, definition: {union: ['selector:c', e]}}
  - {name: a, definition: 'selector:d'}
",
    );
    insta::assert_snapshot!(taken(&project, "d"), @"d: b d e not_null_b_id relationships_b_id__id__ref_a_ relationships_d_id__id__ref_b_");
    insta::assert_snapshot!(taken(&project, "a"), @"a: b d e not_null_b_id relationships_b_id__id__ref_a_ relationships_d_id__id__ref_b_");
    let project = shop(
        "selectors:\n  - {name: a, definition: 'selector:a'}\n  - {name: b, definition: '+selector:a'}\n",
    );
    insta::assert_snapshot!(run(&project, "list").told(), @"
    error[invalid-value]: there is no selector `a` above this one
     --> selectors.yml:2:27
      |
    2 |   - {name: a, definition: 'selector:a'}
      |                           ^^^^^^^^^^^^

    error[selection-syntax]: `+selector:a` puts operators around another selector
     --> selectors.yml:3:27
      |
    3 |   - {name: b, definition: '+selector:a'}
      |                           ^^^^^^^^^^^^^
      |
      = help: inherit it without any, or repeat its definition with them

    ! the project has 2 errors; nothing was run
    exit 2
    ");
}

#[test]
fn definitions_that_do_less_than_they_seem_to() {
    let project = shop(
        "selectors:
  - {name: words, definition: a b}
  - {name: mixed, definition: {union: [a, {method: fqn, value: b, exclude: [c]}]}}
",
    );
    insta::assert_snapshot!(run(&project, "parse").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    warning[empty-selection]: `a b` is taken as one criterion, which names nothing
     --> selectors.yml:2:31
      |
    2 |   - {name: words, definition: a b}
      |                               ^^^
      |
      = help: join criteria by `union:` or `intersection:`

    warning[invalid-value]: an entry of `union` that has `exclude` does nothing else, in dbt as here
     --> selectors.yml:3:43
      |
    3 |   - {name: mixed, definition: {union: [a, {method: fqn, value: b, exclude: [c]}]}}
      |                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the rest is ignored
      |
      = help: write the rest as an entry of its own, or as a selector to inherit from

    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 5 models, 4 data tests, NNN macros
    HH:MM:SS
    exit 0
    ");
    // dbt 1.11.16 lists the same.
    assert_eq!(succeed(&project, "list --selector words").stdout, "");
    assert_eq!(succeed(&project, "list --selector mixed --resource-type model").stdout, "shop.a\n");
}

#[test]
fn tests_between_two_chosen_nodes_come_along_when_careful() {
    let project = shop("");
    let taken = |arguments: &str| {
        let names = succeed(&project, &format!("list --output name --resource-type test {arguments}")).stdout;
        names.lines().collect::<Vec<_>>().join(" ")
    };
    // What dbt 1.11.16 lists.
    assert_eq!(taken("--select a --indirect-selection cautious"), "unique_a_id");
    assert_eq!(
        taken("--select a b --indirect-selection cautious"),
        "not_null_b_id relationships_b_id__id__ref_a_ unique_a_id"
    );
    assert_eq!(taken("--select c d --indirect-selection buildable"), "relationships_d_id__id__ref_b_");
}
