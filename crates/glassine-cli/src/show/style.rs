//! Colours, one for each part of a message: the dump and the tree use the same.

use anstyle::{AnsiColor, Style};

pub(crate) const PREFIX: Style = AnsiColor::Cyan.on_default();
pub(crate) const FLAGS: Style = AnsiColor::Yellow.on_default();
pub(crate) const SHAPE: Style = AnsiColor::Magenta.on_default();
pub(crate) const LENGTH: Style = AnsiColor::BrightMagenta.on_default();
pub(crate) const IDS: Style = AnsiColor::Green.on_default();
pub(crate) const FIELD: Style = AnsiColor::BrightBlue.on_default();
pub(crate) const PAYLOAD: Style = Style::new();
pub(crate) const FAULT: Style = AnsiColor::Red.on_default().bold();
pub(crate) const TITLE: Style = Style::new().bold();
