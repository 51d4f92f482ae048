//! The generic tests of `dbt_utils`, for projects that have not installed it.

use super::{CoreFile, CorePackage,};

pub(super) const PACKAGE: CorePackage = CorePackage { name: "dbt_utils", files: FILES, dialect: None };

const FILES: &[CoreFile] = core_files! {
    "tests.sql"
};
