//! Running nodes: order, workers, results, events. Emits events and knows no terminal.

pub mod events;
pub mod result;
pub mod scheduler;
