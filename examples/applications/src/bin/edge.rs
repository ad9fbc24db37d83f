//! Begins the trace of `spec/readers/trace`: sends to the port that it is given, and prints its
//! spans.

use std::env;

use glassine_applications::Error;

fn main() -> Result<(), Error> {
    let port = env::args().nth(1).ok_or("the port is missing")?.parse()?;
    for span in glassine_applications::edge::run(port)? {
        println!("{span}");
    }
    Ok(())
}
