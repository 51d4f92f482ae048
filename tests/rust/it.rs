//! The one harnessed test binary: every file under `tests/rust` that holds `#[test]` is listed here.

mod bundled;
mod layers;
mod tidy;
