//! Two actors of `actix`, traced: see the diff in `src/with_actix.rs`.

use actix::System;
use glassine_applications::tree::Trees;
use glassine_applications::{Error, with_actix};

fn main() -> Result<(), Error> {
    println!("{}", Trees(&System::new().block_on(with_actix::run(2, true))?.0));
    Ok(())
}
