//! A fleet that is upgraded while it runs: the traces that an exporter sees before, during and
//! after.

use glassine::policy::{Rollout, Share};
use glassine_applications::Error;
use glassine_applications::fleet::{Fleet, Order};
use glassine_applications::tree::Trees;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let half = Share::from_millionths(500_000).ok_or("more than all traces")?;
    let phases = [
        ("Receive only: every trace ends where bytes begin", Rollout::ReceiveOnly),
        ("Half of all traces: each is whole, or as before", Rollout::Share(half)),
        ("On: all are whole, also through the old member", Rollout::On),
        ("Back to receive only", Rollout::ReceiveOnly),
    ];
    let mut fleet = Fleet::start(4).await?;
    for (title, rollout) in phases {
        fleet.set(rollout);
        for id in 1..=3 {
            fleet.place(Order { id }).await?;
        }
        println!("== {title}\n{}", Trees(&fleet.spans()));
    }
    fleet.set(Rollout::On);
    fleet.place_from_old_producer(Order { id: 4 }).await?;
    println!("== On, from a producer that is not upgraded\n{}", Trees(&fleet.spans()));

    let archived = fleet.stop().await?;
    let lens: Vec<_> = archived.iter().map(|message| message.len()).collect();
    println!("The old member has passed on messages of {lens:?} bytes.");
    Ok(())
}
