//! Sessions: one for each worker, kept for the next, never handed on in another state.

use crate::snowflake::mock::{Mock, Reply};

#[test]
fn a_session_serves_one_worker_after_another() {
    let mock = Mock::start();
    let adapter = mock.adapter(&[]);
    for _ in 0..3 {
        adapter.connect(&|_| {}).unwrap().run("select 1", false, None).unwrap();
    }
    let (one, two) = (adapter.connect(&|_| {}).unwrap(), adapter.connect(&|_| {}).unwrap());
    drop((one, two));
    assert_eq!(mock.logged_in().len(), 2);
}

#[test]
fn a_session_in_another_state_is_not_handed_on() {
    let mock = Mock::start();
    let adapter = mock.adapter(&[]);
    adapter.connect(&|_| {}).unwrap().run("use role admin", false, None).unwrap();
    adapter.connect(&|_| {}).unwrap().run("select 1", false, None).unwrap();
    assert_eq!(mock.statements(), ["1 use role admin", "2 select 1"]);
}

#[test]
fn an_open_transaction_is_taken_back() {
    let mock = Mock::start();
    let adapter = mock.adapter(&[]);
    adapter.connect(&|_| {}).unwrap().run("begin", false, None).unwrap();
    adapter.connect(&|_| {}).unwrap().run("select 1", false, None).unwrap();
    assert_eq!(mock.statements(), ["1 begin", "1 rollback", "1 select 1"]);
}

#[test]
fn what_fails_within_a_transaction_takes_it_back_at_once() {
    let mock = Mock::start();
    mock.on("insert", [Reply::Refused("100072", "NULL result in a non-nullable column")]);
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    connection.run("begin; delete from t; insert into t; commit", false, None).unwrap_err();
    connection.run("create table u as select 1", false, None).unwrap();
    let sent =
        ["1 begin", "1 delete from t", "1 insert into t", "1 rollback", "1 create table u as select 1"];
    assert_eq!(mock.statements(), sent);
}

#[test]
fn what_is_stopped_within_a_transaction_takes_it_back_too() {
    let mock = Mock::start();
    mock.on("forever", [Reply::UntilCancelled]);
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    let interrupter = connection.interrupter();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            mock.wait_for("forever");
            interrupter.interrupt();
        });
        connection.run("begin; delete from t where forever; commit", false, None).unwrap_err();
    });
    assert_eq!(mock.statements(), ["1 begin", "1 delete from t where forever", "1 rollback"]);
}

#[test]
fn sessions_are_not_kept_where_the_profile_says_so() {
    let mock = Mock::start();
    let adapter = mock.adapter(&[("reuse_connections", "false")]);
    for _ in 0..2 {
        adapter.connect(&|_| {}).unwrap();
    }
    assert_eq!(mock.logged_in().len(), 2);
}
