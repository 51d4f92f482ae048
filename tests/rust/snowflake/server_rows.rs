//! Rows of plain texts on the stand-in: what goes past the parser does what the parser's way does.

use serde_json::{Value, json};

use super::server::{Server, Wire};

/// What sends a statement to the parser: the shortcut knows no such comment.
const PARSED: &str = "-- parsed\n";

fn session() -> Wire {
    let server = Server::shared();
    server.session(&server.database())
}

/// What a statement changed and left behind, or its code.
fn done(wire: &Wire, statement: &str) -> Value {
    wire.run(&[
        "create or replace table t (id integer not null, name text, day date)",
        "insert into t select 0, 'old', null",
    ]);
    let reply = wire.query(statement);
    let counted = [&reply["data"]["rowset"], &reply["data"]["rowtype"][0]["name"], &reply["code"]];
    json!([counted, wire.rows("select * from t order by id, name")])
}

#[test]
fn the_short_way_ends_as_the_long_one() {
    let wire = session();
    let good = [
        r"insert into t values ('1', 'it''s', '2024-01-02'), ('2', 'a \\ b \n c \' d \t', null)",
        "insert into t (\"NAME\", id) values\n('日本 𝄞', '3') , (NULL,'4')\n",
        "insert overwrite into t (id, name) values ('5', '), (''6'', ''x'')'), ('7', '/* c */ -- d; $$')",
        "/* before */ insert into t (id) values ('8') /* behind */;",
    ];
    for statement in good {
        let short = done(&wire, statement);
        assert_eq!(short[0][1], "number of rows inserted", "{statement}: {short}");
        assert_eq!(short, done(&wire, &format!("{PARSED}{statement}")), "{statement}");
    }
    let bad = [
        ("insert into t values ('a', 'b', null)", "100038"),
        ("insert into t (id, day) values ('1', 'never')", "100040"),
        ("insert overwrite into t (id) values ('1'), (null)", "100072"),
        ("insert into t (id, nope) values ('1', '2')", "000904"),
        ("insert into nope values ('1', '2')", "002003"),
        ("insert into t (id, name) values ('1', '2'), ('3')", ""),
        ("insert into t (id) values ('1'); select 1", "000008"),
    ];
    for (statement, code) in bad {
        let short = done(&wire, statement);
        assert!(short[0][2].as_str().unwrap().contains(code), "{statement}: {short}");
        assert_eq!(short[1], json!([["0", "old", null]]), "{statement}");
        let long = done(&wire, &format!("{PARSED}{statement}"));
        assert_eq!(short, long, "{statement}");
    }
}

#[test]
fn a_transaction_takes_plain_rows_back() {
    let wire = session();
    wire.run(&[
        "create table t (id integer)",
        "begin",
        "insert into t values ('1'), ('2')",
        "insert overwrite into t values ('3')",
    ]);
    assert_eq!(wire.query("insert into t values ('a')")["code"], "100038");
    assert_eq!(wire.rows("select id from t"), json!([["3"]]), "what a failed statement leaves");
    wire.run(&["rollback"]);
    assert_eq!(wire.rows("select count(*) from t"), json!([["0"]]));
}

#[test]
fn a_clone_takes_the_place_of_a_table() {
    let wire = session();
    wire.run(&[
        "create table old as select 1 as id",
        "create table loaded (\"Name\" text)",
        "insert into loaded values ('a')",
        "grant select on old to reader",
        "create or replace table old clone loaded copy grants",
    ]);
    assert_eq!(wire.records("select * from old"), [json!({"Name": "a"})]);
    let granted = wire.records("show grants on old");
    assert!(granted.iter().any(|grant| grant["grantee_name"] == "READER"), "{granted:?}");
    wire.run(&["create or replace table old clone loaded"]);
    let granted = wire.records("show grants on old");
    assert!(!granted.iter().any(|grant| grant["grantee_name"] == "READER"), "{granted:?}");
    assert_eq!(wire.query("create or replace table old clone nope")["code"], "002003");
    assert_eq!(
        wire.rows("select count(*) from old"),
        json!([["1"]]),
        "it stays where there is nothing to clone"
    );
    assert_eq!(wire.query("create table old clone loaded")["code"], "002002");
}
