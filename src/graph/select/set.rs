//! Sets of nodes by their numbers. Knows nothing of what the numbers stand for.

/// Some of a known number of things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    members: Vec<bool>,
}

impl Set {
    /// Makes an empty set of so many things.
    pub(super) fn none(of: usize) -> Self {
        Self { members: vec![false; of] }
    }

    /// Makes a set of all things.
    pub(super) fn all(of: usize) -> Self {
        Self { members: vec![true; of] }
    }

    /// Tells whether a thing is in it.
    pub(super) fn contains(&self, number: usize) -> bool {
        self.members.get(number) == Some(&true)
    }

    /// Puts a thing in; tells whether it was not there.
    pub(super) fn insert(&mut self, number: usize) -> bool {
        self.members.get_mut(number).is_some_and(|member| !std::mem::replace(member, true))
    }

    /// Tells whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        !self.members.contains(&true)
    }

    /// Returns what is in it, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.members.iter().enumerate().filter(|(_, member)| **member).map(|(number, _)| number)
    }

    /// Takes in what is in the other.
    pub(super) fn unite(&mut self, other: &Self) {
        self.join(other, |own, others| own || others);
    }

    /// Keeps what is in the other too.
    pub(super) fn intersect(&mut self, other: &Self) {
        self.join(other, |own, others| own && others);
    }

    /// Keeps what is not in the other.
    pub(super) fn subtract(&mut self, other: &Self) {
        self.join(other, |own, others| own && !others);
    }

    fn join(&mut self, other: &Self, keep: impl Fn(bool, bool) -> bool) {
        for (own, others) in self.members.iter_mut().zip(&other.members) {
            *own = keep(*own, *others);
        }
    }
}
