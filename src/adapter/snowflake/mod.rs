//! Snowflake over its own protocol: a session for each worker, kept for the next one. The client is asynchronous, and
//! nothing outside of this folder knows it.

mod auth;
mod cancel;
mod cells;
mod error;
mod login;
mod oauth;
mod secret;
mod session;
mod settings;
mod statements;
mod words;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::adapter::snowflake::cancel::Signal;
use crate::adapter::snowflake::login::Logins;
use crate::adapter::snowflake::session::{Session, SnowflakeConnection};
use crate::adapter::snowflake::settings::Settings;
pub use crate::adapter::snowflake::settings::shown;
pub(super) use crate::adapter::snowflake::statements::split;
use crate::adapter::{Adapter, AdapterError, Connection};
use crate::project::profile::Target;

/// Threads that the client's work goes on in while workers wait for it.
const THREADS: usize = 2;

/// A Snowflake account, logged in to at the first connection.
pub struct Snowflake(Arc<Shared>);

/// What all connections share.
struct Shared {
    settings: Settings,
    runtime: Handle,
    /// Owns what `runtime` leads to; taken at the end, to be left without waiting for what still goes on in it.
    owner: Option<Runtime>,
    logins: Mutex<Logins>,
    /// Sessions that nobody uses.
    pool: Mutex<Vec<Session>>,
    /// Whether nothing is to be waited for any longer.
    stopped: Signal,
}

impl Snowflake {
    /// Reads what the target says; sends nothing.
    pub fn new(target: &Target) -> Result<Self, AdapterError> {
        let settings = Settings::read(target)?;
        let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
        let runtime = runtime.map_err(|error| AdapterError::Login {
            place: format!("the Snowflake account `{}`", settings.account),
            message: error.to_string(),
            code: None,
        })?;
        let shared = Shared {
            settings,
            runtime: runtime.handle().clone(),
            owner: Some(runtime),
            logins: Mutex::default(),
            pool: Mutex::default(),
            stopped: Signal::default(),
        };
        Ok(Self(Arc::new(shared)))
    }
}

impl Adapter for Snowflake {
    fn connect(&self, say: &dyn Fn(&str)) -> Result<Box<dyn Connection>, AdapterError> {
        let kept = self.0.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let session = match kept {
            Some(session) => session,
            None => Session::new(login::log_in(&self.0, say)?),
        };
        Ok(Box::new(SnowflakeConnection::new(self.0.clone(), session)))
    }

    fn stop_waiting(&self) {
        self.0.stopped.raise();
    }

    fn describe(&self) -> Vec<(String, String)> {
        self.0.settings.describe()
    }

    fn transacts(&self) -> bool {
        false
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn engine_version(&self) -> String {
        // The server's changes every week, and is known to whoever asks it.
        "1.1".to_owned()
    }
}

impl Shared {
    /// Waits before another attempt, until something stops it.
    fn pause(&self, seconds: u64, stop: Option<&Signal>) {
        let stop = stop.unwrap_or(&self.stopped);
        self.runtime.block_on(async {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
                () = stop.raised() => {}
                () = self.stopped.raised() => {}
            }
        });
    }

    /// Keeps a session for the next connection, if it is as it was after the login.
    fn give_back(&self, session: Session) {
        if self.settings.reuse && session.is_fresh() {
            self.pool.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(runtime) = self.owner.take() {
            runtime.shutdown_background();
        }
    }
}
