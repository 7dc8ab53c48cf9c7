//! Who is logged in. Sessions are in memory alone: after a restart everybody logs in again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;

use crate::base::{hash, random};

/// How long a session lasts at most.
const LONGEST: Duration = Duration::from_hours(8);
/// How long it lasts without a request.
const IDLE: Duration = Duration::from_mins(30);

/// How long a wrong password is remembered.
const REMEMBERED: Duration = Duration::from_mins(15);
/// Wrong passwords for one name, and for all names together, before nobody gets another try.
const TRIES: [usize; 2] = [5, 50];

/// One log-in.
#[derive(Debug)]
struct Session<P> {
    user: String,
    since: Instant,
    last: Instant,
    /// What this log-in looks at.
    private: P,
}

impl<P> Session<P> {
    fn is_alive(&self, now: Instant) -> bool {
        now.duration_since(self.since) < LONGEST && now.duration_since(self.last) < IDLE
    }
}

/// All log-ins, by the hash of their ticket: who reads this memory has no ticket.
#[derive(Debug)]
pub struct Sessions<P> {
    open: BTreeMap<String, Session<P>>,
    /// Wrong passwords: when, and for which name.
    wrong: Vec<(Instant, String)>,
}

impl<P> Default for Sessions<P> {
    fn default() -> Self {
        Self { open: BTreeMap::new(), wrong: Vec::new() }
    }
}

impl<P: Default> Sessions<P> {
    /// Logs somebody in; the answer is the ticket for their cookie.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn begin(&mut self, user: &str, now: Instant) -> std::io::Result<String> {
        self.open.retain(|_, session| session.is_alive(now));
        self.right(user);

        let ticket = HEXLOWER.encode(&random::bytes::<32>()?);
        let session =
            Session { user: user.to_owned(), since: now, last: now, private: P::default() };
        self.open.insert(hash::of_bytes(ticket.as_bytes()), session);
        Ok(ticket)
    }

    /// The name and the private things of whoever has this ticket, which is used by that.
    pub fn of(&mut self, ticket: &str, now: Instant) -> Option<(&str, &mut P)> {
        let session = self.open.get_mut(&hash::of_bytes(ticket.as_bytes()))?;
        if !session.is_alive(now) {
            return None;
        }
        session.last = now;
        Some((&session.user, &mut session.private))
    }

    /// Logs out.
    pub fn end(&mut self, ticket: &str) {
        self.open.remove(&hash::of_bytes(ticket.as_bytes()));
    }

    /// Forgets the wrong tries of somebody who knew their password.
    pub fn right(&mut self, user: &str) {
        self.wrong.retain(|(_, name)| name != &user.to_lowercase());
    }

    /// Whether a password may be tried for this name. A try counts as wrong until
    /// [`Sessions::right`], so that many at once are not more tries.
    pub fn try_once(&mut self, name: &str, now: Instant) -> bool {
        self.wrong.retain(|(at, _)| now.duration_since(*at) < REMEMBERED);
        let name = name.trim().to_lowercase();
        let of_name = self.wrong.iter().filter(|(_, known)| *known == name).count();
        let may = of_name < TRIES[0] && self.wrong.len() < TRIES[1];
        if may {
            self.wrong.push((now, name));
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_is_old_or_idle() {
        let (mut sessions, start) = (Sessions::<()>::default(), Instant::now());
        let ticket = sessions.begin("Anna", start).unwrap();
        let mut known = |minutes| {
            sessions
                .of(&ticket, start + Duration::from_mins(minutes))
                .map(|(name, ())| name.to_owned())
        };
        for minutes in (0..8 * 60).step_by(29) {
            assert_eq!(known(minutes).as_deref(), Some("Anna"), "{minutes}");
        }
        assert_eq!(known(8 * 60), None, "old");

        let ticket = sessions.begin("Anna", start).unwrap();
        assert!(sessions.of(&ticket, start + Duration::from_mins(30)).is_none(), "idle");
        assert!(sessions.of("no ticket", start).is_none());
    }

    #[test]
    fn somebody_who_guesses_has_to_wait_and_others_have_not() {
        let (mut sessions, start) = (Sessions::<()>::default(), Instant::now());
        for name in ["Anna", "anna ", "ANNA", " Anna", "anna"] {
            assert!(sessions.try_once(name, start));
        }
        assert!(!sessions.try_once("ANNA", start));
        assert!(sessions.try_once("Bart", start));
        sessions.begin("Bart", start).unwrap();
        assert!(sessions.try_once("Anna", start + REMEMBERED));

        for number in 0..50 {
            sessions.try_once(&format!("guess {number}"), start + REMEMBERED);
        }
        assert!(!sessions.try_once("Bart", start + REMEMBERED), "somebody tries every name");
    }

    #[test]
    fn logging_out_ends_it() {
        let (mut sessions, start) = (Sessions::<()>::default(), Instant::now());
        let ticket = sessions.begin("Anna", start).unwrap();
        sessions.end(&ticket);
        assert!(sessions.of(&ticket, start).is_none());
    }
}
