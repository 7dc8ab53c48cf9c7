//! How a command ended, and its exit code.

/// How a command ended (docs/design.md, "Exit codes"). Of two, the later one in this order wins,
/// but [`ExitStatus::Untold`] only wins over the first two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// All in order.
    Done,
    /// Done, but something waits for a human.
    ForAHuman,
    /// Usage or configuration.
    Usage,
    /// Stopped; nothing left the building.
    Stopped,
    /// Stopped after part was published: run again to continue.
    PartPublished,
    /// Done and published, but telling somebody failed.
    Untold,
}

impl ExitStatus {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::ForAHuman => 1,
            Self::Usage => 2,
            Self::Stopped => 3,
            Self::PartPublished => 4,
            Self::Untold => 5,
        }
    }

    /// What a process told by its exit code; `None` where it is not one of ours.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        let all = [
            Self::Done,
            Self::ForAHuman,
            Self::Usage,
            Self::Stopped,
            Self::PartPublished,
            Self::Untold,
        ];
        all.into_iter().find(|status| i32::from(status.code()) == code)
    }

    /// The same, when telling somebody failed: letters that are out are said to be, whatever else
    /// there is to say.
    #[must_use]
    pub const fn untold(self) -> Self {
        match self {
            Self::Done | Self::ForAHuman | Self::Untold => Self::Untold,
            Self::Usage | Self::Stopped | Self::PartPublished => self,
        }
    }

    /// The same, when the answer of a command that published nothing could not be printed: it has
    /// failed. A run whose letters are out is [`ExitStatus::untold`] instead.
    #[must_use]
    pub const fn unanswered(self) -> Self {
        match self {
            Self::Done | Self::ForAHuman => Self::Stopped,
            Self::Usage | Self::Stopped | Self::PartPublished | Self::Untold => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telling_that_failed_wins_over_news_and_over_nothing_else() {
        let codes = |status: ExitStatus| {
            (status.code(), status.untold().code(), status.unanswered().code())
        };
        let told: Vec<_> = (0..6).filter_map(ExitStatus::from_code).map(codes).collect();
        assert_eq!(told, [(0, 5, 3), (1, 5, 3), (2, 2, 2), (3, 3, 3), (4, 4, 4), (5, 5, 5)]);
        assert_eq!([6, 101, 134, -1].map(ExitStatus::from_code), [None; 4]);
    }
}
