//! Snowflake: the adapter against a server in this process that answers as it is told, and against a server process that
//! stands in for the warehouse.

mod bundled;
mod doubt;
mod faults;
mod history;
mod live;
mod loading;
mod login;
mod many;
mod mock;
mod pool;
mod runs;
mod server;
mod server_answers;
mod server_rows;
mod stand_in_page;
