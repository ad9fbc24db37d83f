//! Prints the public API that a rustdoc JSON file describes: `api FILE`.

use std::collections::HashSet;
use std::env;
use std::error::Error;

use public_api::{Builder, PublicApi};

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).ok_or("usage: api FILE")?;
    let read = |auto_traits: bool, derived: bool| -> Result<PublicApi, Box<dyn Error>> {
        Ok(Builder::from_rustdoc_json(&file)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(!auto_traits)
            .omit_auto_derived_impls(!derived)
            .build()?)
    };

    let lines = |api: &PublicApi| api.items().map(ToString::to_string).collect::<HashSet<_>>();
    let plain = lines(&read(false, false)?);
    let with_auto_traits = lines(&read(true, false)?);
    for item in read(true, true)?.items() {
        let line = item.to_string();
        let names = |name: &str| line.contains(&format!("core::marker::{name} for"));
        let is_kept = if plain.contains(&line) {
            true
        } else if with_auto_traits.contains(&line) {
            // The other auto traits are noise.
            names("Send") || names("Sync")
        } else {
            // Of a derived trait, that it is there.
            line.starts_with("impl") && !names("StructuralPartialEq")
        };
        if is_kept {
            println!("{line}");
        }
    }
    Ok(())
}
