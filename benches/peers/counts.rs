//! Does each job with each peer so that callgrind counts its instructions; `benches/compare` reads
//! them. By itself it measures nothing.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::iter;

use bytes::Bytes;
use glassine::{Envelope, Field, Reading};
use glassine_peers::job::{Case, Job, PAYLOADS};
use glassine_peers::limits::{LimitOfBytes, LimitOfSlices};
use glassine_peers::peer::{Peer, Says};
use glassine_peers::peers::{Visitor, visit_all};
use glassine_peers::task::Task;
use glassine_peers::tasks;
use inputs::counting::{Carried, count, count_messages, count_on};
use inputs::{context, payload};

fn main() {
    // What is counted of an operation that does nothing.
    count("nothing", || (), black_box);
    visit_all(&mut Counting);
    Counting.visit::<LimitOfSlices>();
    Counting.visit::<LimitOfBytes>();
    tasks();
    payload_grows();
    carrier_grows();
}

fn tasks() {
    let empty = iter::once(Task::empty());
    for mut task in empty.chain(tasks::all().into_iter().flatten()) {
        let (name, messages) = (task.name.clone(), task.messages);
        // Whatever stays is made before.
        task.run();
        count_messages(&name, messages, &mut task, Task::run);
    }
}

struct Counting;

impl Visitor for Counting {
    fn visit<P: Peer + 'static>(&mut self) {
        for says in Says::all() {
            for len in PAYLOADS {
                let Some(mut case) = Case::<P>::new(says, len) else { continue };
                for job in Job::ALL {
                    if !case.has(job) {
                        continue;
                    }
                    let name = format!("{}/{}/{}/{len}", P::NAME, job.name(), says.name);
                    count_job(&name, &mut case, job);
                }
            }
        }
    }
}

/// The job is known where it is compiled, so that the choice is not counted.
fn count_job<P: Peer>(name: &str, case: &mut Case<P>, job: Job) {
    macro_rules! count_each {
        ($($job:ident)*) => {
            match job {
                $(Job::$job => {
                    let input = |_: &mut Case<P>| ();
                    count_on(name, Carried::NOTHING, case, input, |case, ()| case.run(Job::$job));
                })*
                _ => unreachable!("all jobs are counted"),
            }
        };
    }
    count_each!(Sampled Read Fields Write ToOpenTelemetry FromOpenTelemetry Reparent);
}

/// Reading does not depend on the payload's length.
fn payload_grows() {
    for exponent in (4..=24).step_by(4) {
        let len = 1 << exponent;
        let message = Bytes::from(Envelope::new(context()).encode_to_vec(&payload(len)).unwrap());
        let operation = |message: &Bytes| {
            let message = Reading::read(message);
            black_box(&(message.claims_sampled(), message.context(), message.payload()));
        };
        count(&format!("payload/{len}"), || &message, operation);
    }
}

/// The cost of all fields is in proportion to the carrier.
fn carrier_grows() {
    for entries in [1, 2, 4, 8, 16, 32, 64, 128] {
        let keys: Vec<String> = (0..entries).map(|i| format!("key-{i:03}")).collect();
        let fields: Vec<Field<'_>> =
            keys.iter().map(|key| Field::TextMap { key, value: "value" }).collect();
        let envelope = Envelope::new(context()).with_fields(&fields);
        let len = envelope.encoded_len().unwrap();
        let message = Bytes::from(envelope.encode_to_vec(&payload(64)).unwrap());
        let read = |message: &Bytes| Reading::read(message).carrier().fields().count();
        count(&format!("carrier_read/{len}"), || &message, read);
        let mut out = vec![0; len];
        let name = format!("carrier_write/{len}");
        count_on(
            &name,
            Carried::NOTHING,
            &mut out[..],
            |_| envelope,
            |out, envelope| envelope.encode_to_slice(out),
        );
    }
}
