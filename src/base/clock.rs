//! Time and environment as values that are handed in; the only file that reads the clock or the environment.

use std::collections::BTreeMap;
use std::time::Instant;

use chrono::{DateTime, Utc};

/// What one invocation may know of the world outside: when it started and which variables were set.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The moment the invocation started.
    pub started_at: DateTime<Utc>,
    /// The environment variables at that moment.
    pub environment: BTreeMap<String, String>,
}

impl Surroundings {
    /// Reads the clock and the environment; variables that are not UTF-8 are left out.
    pub fn read() -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { started_at: now(), environment }
    }
}

/// Returns the present moment in UTC.
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}
