//! Each job by means of its own is done by each of its candidates.
#![forbid(unsafe_code)]

use std::collections::HashSet;

use glassine_peers::tasks;

#[test]
fn each_task_is_done_and_has_a_name_of_its_own() {
    let mut names = HashSet::new();
    for tasks in tasks::all() {
        assert!(tasks.len() > 1, "there is nothing to compare {tasks:?} with");
        for mut task in tasks {
            task.run();
            assert!(names.insert(task.name.clone()), "two have the name {}", task.name);
        }
    }
}
