//! Snowflake: a real server process that stands in for it, and what is tested on it.

mod server;
mod server_answers;
