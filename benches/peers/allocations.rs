//! Counts the allocations of each job with each peer, and the bytes of its messages;
//! `benches/compare` reads them.
#![forbid(unsafe_code)]

use glassine_peers::job::{Case, Job, PAYLOADS};
use glassine_peers::peer::{Peer, Says};
use glassine_peers::peers::{Visitor, visit_all};
use glassine_peers::tasks;

fn main() {
    visit_all(&mut Counting);
    for mut task in tasks::all().into_iter().flatten() {
        // The first time, something may be made that stays.
        task.run();
        let found = allocation_counter::measure(|| task.run());
        let per_message = |count: u64| count as f64 / f64::from(task.messages);
        let (count, bytes) = (per_message(found.count_total), per_message(found.bytes_total));
        println!("allocations\t{}\t{count:.2}\t{bytes:.0}", task.name);
    }
}

struct Counting;

impl Visitor for Counting {
    fn visit<P: Peer + 'static>(&mut self) {
        println!("peer\t{}\t{}\t{}", P::NAME, P::ABILITIES.tells_bare, P::ABILITIES.reads_later);
        for says in Says::all() {
            for len in PAYLOADS {
                let Some(mut case) = Case::<P>::new(says, len) else { continue };
                println!("wire\t{}/{}/{len}\t{}", P::NAME, says.name, case.message.len());
                for job in Job::ALL {
                    if !case.has(job) {
                        continue;
                    }
                    // The first time, something may be made that stays.
                    case.run(job);
                    let found = allocation_counter::measure(|| case.run(job));
                    let name = format!("{}/{}/{}/{len}", P::NAME, job.name(), says.name);
                    println!("allocations\t{name}\t{}\t{}", found.count_total, found.bytes_total);
                }
            }
        }
    }
}
