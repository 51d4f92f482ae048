//! Snowflake: the adapter against a server on loopback that answers as it is told.

mod faults;
mod login;
mod mock;
mod pool;
mod runs;
