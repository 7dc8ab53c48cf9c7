//! Values that many hold.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that many may hold. It is compared, hashed, read and written as the value itself; who
/// changes it gets a copy of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shared<T>(Arc<T>);

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::deserialize(from).map(Self::from)
    }
}

/// The value that is known already and equals this one, or this one.
pub fn one_of<T: Clone + Eq + Hash, S: BuildHasher>(
    known: &mut HashSet<Shared<T>, S>,
    value: Shared<T>,
) -> Shared<T> {
    if let Some(known) = known.get(&value) {
        return known.clone();
    }
    known.insert(value.clone());
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_kept_once_and_change_alone() {
        let mut known = HashSet::new();
        let [one, mut other] = ["A", "A"].map(|id| one_of(&mut known, id.to_owned().into()));
        assert!(Arc::ptr_eq(&one.0, &other.0) && known.len() == 1);

        other.push('B');
        assert_eq!((one.as_str(), other.as_str()), ("A", "AB"));

        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(json, "\"A\"");
        assert_eq!(serde_json::from_str::<Shared<String>>(&json).unwrap(), one);
    }
}
