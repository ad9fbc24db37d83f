//! The jobs that only some peers do, a file for each kind.

mod handlers;
mod queues;
mod streams;
mod texts;

use crate::task::Task;

/// All of them: the candidates of each job, of which the first is the one to compare with.
#[must_use]
pub fn all() -> Vec<Vec<Task>> {
    let mut all = texts::tasks();
    all.extend(streams::tasks());
    all.extend(queues::tasks());
    all.extend(handlers::tasks());
    all
}
