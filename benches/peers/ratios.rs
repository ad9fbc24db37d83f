//! How long each job takes with each peer, over the same with Glassine; `benches/compare` reads it.
//!
//! All candidates of a job run in one process, in short batches whose order is shuffled for each
//! round, so that what disturbs the machine disturbs all of them. A ratio is of two batches of one
//! round; of all rounds, the median is given, and the 10th and the 90th percentile.
//!
//! The seed of the order is the first argument that is a number; `--test` makes one round.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use glassine_peers::job::{Case, Job, PAYLOADS};
use glassine_peers::limits::{LimitOfBytes, LimitOfSlices};
use glassine_peers::peer::{Peer, Says};
use glassine_peers::peers::{Visitor, visit_all};
use glassine_peers::task::Task;
use glassine_peers::tasks;

fn main() {
    let seed = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(20_261_126);
    let rounds = if std::env::args().any(|argument| argument == "--test") { 1 } else { ROUNDS };
    let mut shuffle = Shuffle(seed);
    for says in Says::all() {
        for len in PAYLOADS {
            for job in Job::ALL {
                let mut candidates = Candidates { says, len, job, all: Vec::new() };
                visit_all(&mut candidates);
                candidates.visit::<LimitOfSlices>();
                candidates.visit::<LimitOfBytes>();
                compare(&mut candidates.all, rounds, &mut shuffle);
            }
        }
    }
    for tasks in tasks::all() {
        let mut candidates: Vec<Candidate> = tasks.into_iter().map(of_task).collect();
        compare(&mut candidates, rounds, &mut shuffle);
    }
}

fn of_task(mut task: Task) -> Candidate {
    let name = task.name.clone();
    let mut batch: Box<dyn FnMut(u32)> = Box::new(move |calls| (0..calls).for_each(|_| task.run()));
    let calls = calls(&mut batch);
    Candidate { name, batch, calls, times: Vec::new() }
}

/// A peer that does one job.
struct Candidate {
    name: String,
    /// Does the job so many times.
    batch: Box<dyn FnMut(u32)>,
    /// How many times make a batch.
    calls: u32,
    /// For each round, nanoseconds of a call.
    times: Vec<f64>,
}

struct Candidates {
    says: Says,
    len: usize,
    job: Job,
    all: Vec<Candidate>,
}

impl Visitor for Candidates {
    fn visit<P: Peer + 'static>(&mut self) {
        let Some(mut case) = Case::<P>::new(self.says, self.len) else { return };
        if !case.has(self.job) {
            return;
        }
        let name = format!("{}/{}/{}/{}", P::NAME, self.job.name(), self.says.name, self.len);
        let mut batch = batch(case, self.job);
        let calls = calls(&mut batch);
        self.all.push(Candidate { name, batch, calls, times: Vec::new() });
    }
}

/// The job is known where it is compiled, so that the choice takes no time.
fn batch<P: Peer + 'static>(mut case: Case<P>, job: Job) -> Box<dyn FnMut(u32)> {
    macro_rules! repeat {
        ($job:expr) => {
            Box::new(move |calls| {
                for _ in 0..calls {
                    black_box(&mut case).run($job);
                }
            })
        };
    }
    match job {
        Job::Sampled => repeat!(Job::Sampled),
        Job::Read => repeat!(Job::Read),
        Job::Fields => repeat!(Job::Fields),
        Job::Write => repeat!(Job::Write),
        Job::ToOpenTelemetry => repeat!(Job::ToOpenTelemetry),
        Job::FromOpenTelemetry => repeat!(Job::FromOpenTelemetry),
        Job::Reparent => repeat!(Job::Reparent),
        _ => unreachable!("all jobs are measured"),
    }
}

/// How many calls make a batch.
fn calls(batch: &mut dyn FnMut(u32)) -> u32 {
    let mut calls = 1;
    while calls < MOST_CALLS && time(batch, calls) < BATCH {
        calls *= 2;
    }
    calls
}

fn time(batch: &mut dyn FnMut(u32), calls: u32) -> Duration {
    let start = Instant::now();
    batch(calls);
    start.elapsed()
}

fn compare(candidates: &mut [Candidate], rounds: usize, shuffle: &mut Shuffle) {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    for _ in 0..rounds {
        shuffle.shuffle(&mut order);
        for &index in &order {
            let candidate = &mut candidates[index];
            let taken = time(&mut candidate.batch, candidate.calls);
            candidate.times.push(taken.as_nanos() as f64 / f64::from(candidate.calls));
        }
    }
    let Some((glassine, others)) = candidates.split_first() else { return };
    for candidate in others {
        let mut ratios: Vec<f64> =
            candidate.times.iter().zip(&glassine.times).map(|(time, unit)| time / unit).collect();
        ratios.sort_by(f64::total_cmp);
        let at = |part: usize| ratios[(ratios.len() - 1) * part / 10];
        println!("{}\t{:.4}\t{:.4}\t{:.4}", candidate.name, at(1), at(5), at(9));
    }
}

/// A generator of numbers that is small and needs a seed: SplitMix64, by Steele, Lea and Flood.
struct Shuffle(u64);

impl Shuffle {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// By Fisher and Yates.
    fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            let other = self.next() % (last as u64 + 1);
            order.swap(last, other as usize);
        }
    }
}

const ROUNDS: usize = 201;
/// Short, so that a round is over before the machine has changed.
const BATCH: Duration = Duration::from_micros(20);
/// Of the shortest operations.
const MOST_CALLS: u32 = 1 << 16;
