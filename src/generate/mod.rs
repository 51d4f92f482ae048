//! Builders of test data. Knows nothing of projects, models or databases: it writes files and says what is true of them.

pub mod synthea;
