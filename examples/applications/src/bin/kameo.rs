//! Two actors of `kameo`, traced: see the diff in `src/with_kameo.rs`.

use glassine_applications::tree::Trees;
use glassine_applications::{Error, with_kameo};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    println!("{}", Trees(&with_kameo::run(2).await?.0));
    Ok(())
}
