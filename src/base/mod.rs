//! The ground layer: texts, places in them, files, clock. Knows nothing of dbt, SQL or the terminal.

pub mod clock;
pub mod data;
pub mod dotenv;
pub mod fs;
pub mod secrets;
pub mod source;
pub mod table;
pub mod text;
