//! Drawing findings, one file per format.

pub mod full;
