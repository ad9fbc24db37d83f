//! The command-line tool, run as a user runs it: a file for each command, and for what holds for
//! all of them.

mod check;
mod conform;
mod detect;
mod disclosure;
mod failures;
mod help;
mod inspect;
mod messages;
mod round_trip;
mod tool;
mod unwrap;
mod vectors;
mod wrap;
