//! Templates made of random parts: each renders or ends with an error, and none brings the process down.

use std::sync::Arc;

use martlet::base::source::SourceMap;
use martlet::jinja::eval::{Environment, Mode, render, render_native};
use martlet::jinja::limits::{Limits, STACK};
use martlet::jinja::macros::MacroRegistry;
use martlet::jinja::modules::modules;
use martlet::jinja::syntax::{Origin, parse};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::rounds;

const FILTERS: &[&str] = &[
    "abs",
    "attr('x')",
    "batch(2)",
    "batch(999999999999)",
    "capitalize",
    "center(7)",
    "center(99999999999999)",
    "default('d', true)",
    "dictsort",
    "first",
    "float",
    "format(1, 'x')",
    "groupby('a')",
    "indent(2)",
    "indent(88888888888)",
    "int",
    "int(3, 16)",
    "items",
    "join(',')",
    "last",
    "length",
    "list",
    "lower",
    "map('upper')",
    "map(attribute='a')",
    "max",
    "min",
    "pprint",
    "reject('odd')",
    "replace('a', 'bb')",
    "reverse",
    "round(1)",
    "round(-400)",
    "select",
    "selectattr('a')",
    "slice(3)",
    "slice(99999999999)",
    "sort",
    "sort(attribute='a')",
    "string",
    "striptags",
    "sum",
    "sum(start='x')",
    "title",
    "tojson",
    "trim",
    "truncate(3)",
    "unique",
    "upper",
    "urlencode",
    "wordcount",
    "wordwrap(3)",
    "wordwrap(0)",
    "xmlattr",
    "nope",
];

const METHODS: &[&str] = &[
    "append(1)",
    "append(v)",
    "extend(v)",
    "pop()",
    "pop(99)",
    "insert(-5, v)",
    "remove(1)",
    "sort()",
    "index(1)",
    "count('a')",
    "items()",
    "keys()",
    "values()",
    "get('a')",
    "update({'z': v})",
    "setdefault('q', v)",
    "copy()",
    "clear()",
    "add(v)",
    "union(v)",
    "difference([1])",
    "upper()",
    "split(',')",
    "rsplit(none, 1)",
    "strip('ab')",
    "replace('', 'xy')",
    "find('b', -3)",
    "format(1, a=2)",
    "join(v)",
    "zfill(5)",
    "ljust(9999999999999)",
    "expandtabs(99999999999)",
    "splitlines()",
    "partition('a')",
    "encode()",
    "strftime('%Y-%m-%d %Q')",
    "isoformat()",
    "replace(year=0)",
    "total_seconds()",
    "nope()",
    "nope",
];

const TESTS: &[&str] = &[
    "defined",
    "none",
    "string",
    "number",
    "mapping",
    "sequence",
    "iterable",
    "odd",
    "divisibleby(0)",
    "in(v)",
    "sameas(v)",
    "callable",
    "eq(1)",
    "gt('a')",
    "nope",
];

const OPERATORS: &[&str] =
    &["+", "-", "*", "/", "//", "%", "**", "~", "==", "<", ">=", "in", "not in", "and", "or"];

const ATOMS: &[&str] = &[
    "1",
    "0",
    "-1",
    "2.5",
    "1e308",
    "99999999999999999999999999",
    "170141183460469231731687303715884105727",
    "'a'",
    "''",
    "'é\u{1F600}'",
    "'%s %d'",
    "'{0} {}'",
    "'{:>9999999999}'",
    "none",
    "true",
    "[]",
    "[1, 'a', none]",
    "[[1, 2], [3]]",
    "{}",
    "{'a': 1, 1: 'b'}",
    "(1, 2)",
    "()",
    "undefined_name",
    "v",
    "loop",
    "range(5)",
    "set([1, 2])",
    "namespace(a=1)",
    "dict(a=1)",
    "cycler(1, 2)",
    "modules.datetime.date(2020, 2, 29)",
    "modules.datetime.timedelta(days=1)",
    "modules.datetime.datetime.max",
    "modules.re.compile('(a|b)*')",
    "modules.itertools.count()",
    "zip([1], 'ab')",
    "tojson(v)",
    "fromyaml('a: [1, 2]')",
    "v[0]",
    "v[::-1]",
    "v['a']",
    "v[-99:99:2]",
];

fn expression() -> impl Strategy<Value = String> {
    let atom = prop::sample::select(ATOMS).prop_map(str::to_owned);
    atom.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(FILTERS))
                .prop_map(|(value, filter)| format!("({value}) | {filter}")),
            (inner.clone(), prop::sample::select(METHODS))
                .prop_map(|(value, method)| format!("({value}).{method}")),
            (inner.clone(), prop::sample::select(TESTS))
                .prop_map(|(value, test)| format!("({value}) is {test}")),
            (inner.clone(), prop::sample::select(OPERATORS), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left}) {operator} ({right})")),
            (inner.clone(), inner.clone()).prop_map(|(then, other)| format!("({then}) if v else ({other})")),
            (inner.clone(), inner.clone()).prop_map(|(value, key)| format!("({value})[{key}]")),
            (inner.clone(), inner.clone()).prop_map(|(key, value)| format!("{{({key}): ({value})}}")),
            inner.prop_map(|value| format!("[{value}, {value}]")),
        ]
    })
}

fn template() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        expression().prop_map(|value| format!("{{{{ {value} }}}}")),
        expression().prop_map(|value| format!("{{% set v = {value} %}}")),
        expression().prop_map(|value| format!("{{% do ({value}) %}}")),
        expression().prop_map(|value| format!("{{% do v.append({value}) %}}")),
        "[ -~\n]{0,8}",
        prop::sample::select(&[
            "{%",
            "%}",
            "{{",
            "}}",
            "{#",
            "{% endif %}",
            "{% break %}",
            "{%- if v: -%}",
            "é"
        ])
        .prop_map(str::to_owned),
    ];
    let block = leaf.prop_recursive(4, 32, 4, |inner| {
        let body = prop::collection::vec(inner, 1..4).prop_map(|parts| parts.concat());
        prop_oneof![
            (expression(), body.clone())
                .prop_map(|(value, body)| format!("{{% if {value} %}}{body}{{% endif %}}")),
            (expression(), body.clone()).prop_map(|(value, body)| format!(
                "{{% for x in {value} %}}{body}{{{{ loop.last }}}}{{% endfor %}}"
            )),
            (expression(), body.clone()).prop_map(|(value, body)| format!(
                "{{% for a, b in {value} if a recursive %}}{body}{{{{ loop(v) }}}}{{% endfor %}}"
            )),
            body.clone().prop_map(|body| format!("{{% set v %}}{body}{{% endset %}}")),
            body.clone().prop_map(|body| format!("{{% filter upper %}}{body}{{% endfilter %}}")),
            body.prop_map(|body| format!("{{% macro m(a, b=v) %}}{body}{{% endmacro %}}{{{{ m(1) }}}}")),
        ]
    });
    prop::collection::vec(block, 1..5).prop_map(|parts| parts.concat())
}

/// Renders a text in every way there is; only what is printed matters to nobody.
fn survives(text: &str) {
    let sources = SourceMap::default();
    let origin = Origin::at(sources.add("template", text), 0);
    let Ok(template) = parse(text, &origin, false) else { return };
    for mode in [Mode::Execute, Mode::Parse] {
        let registry = MacroRegistry::new("root", "duckdb", Vec::new(), Vec::new());
        let environment = Environment::new(Arc::new(registry), "root", mode);
        environment.limits.set(Limits { depth: 40, output: 1 << 20, memory: 16 << 20, steps: 20_000 });
        environment.set("modules", modules());
        environment.set("v", martlet::jinja::value::Value::list(vec![1_i64.into(), "a".into()]));
        let _ = render(&environment, &template);
        let _ = render_native(&environment, &template);
    }
}

#[test]
fn random_templates_render_or_fail() {
    let campaign = || {
        let config = Config { cases: rounds(20_000), failure_persistence: None, ..Config::default() };
        let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, seed);
        let result = runner.run(&template(), |text| {
            survives(&text);
            Ok(())
        });
        result.map_err(|error| error.to_string())
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(campaign).unwrap();
    thread.join().unwrap().unwrap();
}
