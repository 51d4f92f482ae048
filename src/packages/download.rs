//! Reading addresses over HTTP and `file://`: with timeouts, a few more tries, and a limit on size. Knows nothing of
//! what is read.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::{Agent, ResponseExt};

use crate::base::fs::{self, FileError};

/// How often an address is tried before it counts as unreachable.
const TRIES: u32 = 3;
/// How long is waited before the second try; each later wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// How many redirects are followed.
const REDIRECTS: u32 = 8;

/// Why an address cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The server refused.
    #[error("{url} answered with status {status}")]
    Status {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// No answer.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// The address.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The answer ended too early.
    #[error("the download of {url} broke off: {reason}")]
    BrokenOff {
        /// The address.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The answer is larger than anything sensible.
    #[error("{url} is larger than the {} MiB allowed", limit >> 20)]
    TooLarge {
        /// The address.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The server sends from one address to the next without end.
    #[error("{url} leads through more than {REDIRECTS} redirects")]
    Redirects {
        /// The address.
        url: String,
    },
    /// An address that began encrypted ends in the clear.
    #[error("{url} is redirected from https to {to}, which is not encrypted")]
    InTheClear {
        /// The address.
        url: String,
        /// Where it led.
        to: String,
    },
    /// Not an address.
    #[error("`{url}` is not an address: it must begin with https://, http:// or file://")]
    Address {
        /// What was given.
        url: String,
    },
    /// The disk refused.
    #[error(transparent)]
    File(#[from] FileError),
}

impl DownloadError {
    /// Tells whether another try may go better.
    fn is_passing(&self) -> bool {
        match self {
            DownloadError::Status { status, .. } => matches!(status, 408 | 429 | 500..=599),
            DownloadError::Unreachable { .. } | DownloadError::BrokenOff { .. } => true,
            _ => false,
        }
    }
}

type Result<T> = std::result::Result<T, DownloadError>;

/// Reads addresses.
pub struct Client {
    agent: Agent,
}

impl Client {
    /// Makes a client; proxies are taken from the environment.
    pub fn from_environment() -> Self {
        let tls = ureq::tls::TlsConfig::builder().root_certs(ureq::tls::RootCerts::PlatformVerifier).build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .user_agent(concat!("martlet/", env!("CARGO_PKG_VERSION")))
            .max_redirects(REDIRECTS)
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .timeout_per_read(Some(Duration::from_secs(30)))
            .timeout_global(Some(Duration::from_mins(10)))
            .build()
            .new_agent();
        Self { agent }
    }

    /// Reads an address as text.
    pub fn text(&self, url: &str, limit: u64) -> Result<String> {
        let mut bytes = Vec::new();
        retry(|| {
            bytes.clear();
            self.read(url, limit, &mut bytes)
        })?;
        String::from_utf8(bytes).map_err(|_| DownloadError::BrokenOff {
            url: url.to_owned(),
            reason: "the answer is not UTF-8".to_owned(),
        })
    }

    /// Writes what an address holds to a file.
    pub fn save(&self, url: &str, path: &Path, limit: u64) -> Result<()> {
        retry(|| self.read(url, limit, &mut fs::create(path)?))
    }

    fn read(&self, url: &str, limit: u64, to: &mut dyn Write) -> Result<()> {
        if let Some(path) = file_path(url) {
            return copy(&mut fs::open(&path)?, url, limit, to);
        }
        let encrypted = url.starts_with("https://");
        if !encrypted && !url.starts_with("http://") {
            return Err(DownloadError::Address { url: url.to_owned() });
        }
        let response = self.agent.get(url).call().map_err(|error| match error {
            ureq::Error::TooManyRedirects => DownloadError::Redirects { url: url.to_owned() },
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => DownloadError::Address { url: url.to_owned() },
            other => DownloadError::Unreachable { url: url.to_owned(), reason: other.to_string() },
        })?;
        let end = response.get_uri();
        if encrypted && end.scheme_str() != Some("https") {
            return Err(DownloadError::InTheClear { url: url.to_owned(), to: end.to_string() });
        }
        let status = response.status().as_u16();
        if status != 200 {
            return Err(DownloadError::Status { url: url.to_owned(), status });
        }
        let mut body = response.into_body().into_with_config().limit(limit + 1).reader();
        copy(&mut body, url, limit, to)
    }
}

/// Returns the path of a `file://` address.
fn file_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("file://")?;
    Some(PathBuf::from(path.strip_prefix("localhost").unwrap_or(path)))
}

fn copy(from: &mut dyn Read, url: &str, limit: u64, to: &mut dyn Write) -> Result<()> {
    let broken =
        |error: io::Error| DownloadError::BrokenOff { url: url.to_owned(), reason: error.to_string() };
    let written = io::copy(&mut from.take(limit + 1), to).map_err(broken)?;
    if written > limit {
        return Err(DownloadError::TooLarge { url: url.to_owned(), limit });
    }
    Ok(())
}

fn retry(mut attempt: impl FnMut() -> Result<()>) -> Result<()> {
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        match attempt() {
            Err(error) if error.is_passing() => std::thread::sleep(wait),
            other => return other,
        }
        wait *= 2;
    }
    attempt()
}
