//! `init`: writes a small project that builds at once.

use std::path::{Path, PathBuf};

use crate::base::fs;
use crate::cli::args::Init;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::run::events::Event;

/// The files of the project; `{name}` stands for its name.
const FILES: &[(&str, &str)] = &[
    (
        "project.yml",
        "name: {name}\n\nmodels:\n  {name}:\n    staging:\n      +materialized: view\n    marts:\n      +materialized: table\n",
    ),
    (
        "seeds/raw_orders.csv",
        "order_id,customer,ordered_on,amount\n1,ada,2026-01-03,12.50\n2,grace,2026-01-04,7.25\n3,ada,2026-01-09,30.00\n",
    ),
    (
        "models/staging/stg_orders.sql",
        "select\n    order_id,\n    upper(customer) as customer,\n    cast(ordered_on as date) as ordered_on,\n    cast(amount as decimal(18, 2)) as amount\nfrom {{ ref('raw_orders') }}\n",
    ),
    (
        "models/marts/customers.sql",
        "select\n    customer,\n    count(*) as orders,\n    sum(amount) as amount\nfrom {{ ref('stg_orders') }}\ngroup by customer\n",
    ),
    (
        "models/properties.yml",
        "models:\n  - name: stg_orders\n    description: One row for each order\n    columns:\n      - name: order_id\n        data_tests: [unique, not_null]\n  - name: customers\n    description: One row for each customer\n    columns:\n      - name: customer\n        data_tests: [unique, not_null]\n      - name: amount\n        data_tests:\n          - dbt_utils.accepted_range:\n              arguments:\n                min_value: 0\n",
    ),
    (".gitignore", "target/\nlogs/\ndbt_packages/\n.martlet/\n*.duckdb\n*.duckdb.wal\n"),
];

/// Runs the command.
pub(super) fn run(setting: &Setting, asked: &Init) -> Exit {
    let name = asked.name.as_str();
    let fits = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !fits {
        setting.complain(&format!(
            "error: `{name}` cannot be a project's name: use letters, digits and underscores, a letter first"
        ));
        return Exit::Misuse;
    }
    let folder = setting.flags.text("project_dir").map(PathBuf::from).unwrap_or_default().join(name);
    if fs::is_folder(&folder) {
        setting.complain(&format!("error: the folder {} exists already", folder.display()));
        return Exit::Misuse;
    }
    for (path, text) in FILES {
        let mut text = text.replace("{name}", name);
        if let Some(profile) = setting.flags.text("profile").filter(|_| *path == "project.yml") {
            text = text.replacen("\n\n", &format!("\nprofile: {profile}\n\n"), 1);
        }
        if let Err(error) = fs::write(&folder.join(Path::new(path)), text.as_bytes()) {
            setting.complain(&format!("error: {error}"));
            return Exit::Misuse;
        }
    }
    let text =
        format!("Your new project \"{name}\" was created.\n\n  cd {}\n  martlet build", folder.display());
    setting.listener.notice(&Event::Message { text, info: true });
    Exit::Fine
}
