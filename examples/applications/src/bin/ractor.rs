//! Two actors of `ractor`, traced: see the diff in `src/with_ractor.rs`.

use glassine_applications::tree::Trees;
use glassine_applications::{Error, with_ractor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    println!("{}", Trees(&with_ractor::run(2).await?.0));
    Ok(())
}
