//! Rows of a table as people read them in a terminal.

use comfy_table::{ContentArrangement, Table as Drawn, presets};

use crate::base::table::{Cell, Table};

/// Draws a table; a null is an empty cell. `width` bounds the whole where the terminal has one.
pub fn draw(table: &Table, width: Option<u16>) -> String {
    let mut drawn = Drawn::new();
    drawn.load_style(presets::ASCII_MARKDOWN);
    if let Some(width) = width {
        drawn.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    drawn.set_header(table.columns.iter().map(|column| column.name.clone()));
    for row in &table.rows {
        drawn.add_row(row.iter().map(Cell::to_text));
    }
    drawn.to_string()
}
