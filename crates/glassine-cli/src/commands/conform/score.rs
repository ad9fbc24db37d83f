//! What the answers add up to, by requirement.

use std::collections::BTreeMap;
use std::fmt;

use crate::commands::conform::question::{Judgement, Question};
use crate::show::printable::printable;

/// The answers so far.
#[derive(Default)]
pub(crate) struct Score {
    kinds: BTreeMap<String, Tally>,
    requirements: BTreeMap<String, Tally>,
}

#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    not_offered: usize,
    /// The first vector that was answered wrongly, and what differs.
    first: Option<String>,
}

impl Score {
    /// Adds an answer.
    pub(crate) fn add(&mut self, question: &Question, judgement: &Judgement) {
        let of_requirements = question.requirements.iter().cloned();
        for requirement in of_requirements {
            self.requirements.entry(requirement).or_default().add(question, judgement);
        }
        self.kinds.entry(question.kind.clone()).or_default().add(question, judgement);
    }

    /// Whether something was answered, and nothing wrongly.
    pub(crate) fn is_kept(&self) -> bool {
        let count = |count: fn(&Tally) -> usize| self.kinds.values().map(count).sum::<usize>();
        count(|tally| tally.right) > 0 && count(|tally| tally.wrong) == 0
    }
}

impl Tally {
    fn add(&mut self, question: &Question, judgement: &Judgement) {
        match judgement {
            Judgement::Right => self.right += 1,
            Judgement::NotOffered => self.not_offered += 1,
            Judgement::Wrong(difference) => {
                self.wrong += 1;
                self.first.get_or_insert_with(|| {
                    format!("{}: {}", printable(question.name.as_bytes()), difference)
                });
            }
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (requirement, tally) in &self.requirements {
            if let Some(first) = &tally.first {
                let all = tally.wrong + tally.right;
                writeln!(f, "{requirement}: {} of {all} wrong: {first}", tally.wrong)?;
            }
        }
        for (kind, tally) in &self.kinds {
            let Tally { right, wrong, not_offered, .. } = tally;
            writeln!(f, "{kind}: {right} right, {wrong} wrong, {not_offered} not offered")?;
        }
        let count = |is: fn(&Tally) -> bool| self.requirements.values().filter(|t| is(t)).count();
        let broken = count(|tally| tally.wrong > 0);
        let kept = count(|tally| tally.wrong == 0 && tally.right > 0);
        let not_shown = self.requirements.len() - broken - kept;
        writeln!(f, "requirements: {kept} kept, {broken} broken, {not_shown} not offered")
    }
}
