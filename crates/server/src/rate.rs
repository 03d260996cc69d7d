//! What each caller may do: requests, uploads and tokens of the model in a minute, and turns that are open at a time; and how many
//! wrong keys and tokens may come from an address. A caller is a key or a session's token.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sessiond_api::{Code, Problem};
use sessiond_core::{Principal, limits};

/// As many names are known to a rate before those that have used nothing for a while are forgotten.
const KNOWN: usize = 10_000;
const MINUTE: Duration = Duration::from_secs(60);
/// What may have been used beyond a rate at most: how long a caller waits then.
const DEBT: Duration = Duration::from_secs(3600);

/// What callers may do. Absent numbers are no limit.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// The requests that each key and each token may make in a minute.
    pub requests: Option<NonZeroU64>,
    /// The tokens of the model that each key and each token may use in a minute. They are counted when an answer ends, so that one
    /// answer may use more; the next one waits for it.
    pub tokens: Option<NonZeroU64>,
    /// The turns and stateless requests of each key and each token that may be open at a time.
    pub turns: Option<NonZeroU64>,
    /// The files that each key and each token may upload in a minute.
    pub uploads: Option<NonZeroU64>,
    /// The wrong keys and tokens that may come from an address in a minute.
    pub failures: Option<NonZeroU64>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            requests: None,
            tokens: None,
            turns: NonZeroU64::new(limits::OPEN_TURNS),
            uploads: NonZeroU64::new(limits::UPLOADS_A_MINUTE),
            failures: NonZeroU64::new(limits::FAILURES_A_MINUTE),
        }
    }
}

/// Counts what callers do.
pub(crate) struct Limits {
    requests: Option<Rate>,
    tokens: Option<Rate>,
    uploads: Option<Rate>,
    failures: Option<Rate>,
    turns: Option<NonZeroU64>,
    /// The turns that are open, by caller.
    open: Mutex<HashMap<String, u64>>,
}

impl Limits {
    pub(crate) fn new(rates: Rates) -> Arc<Self> {
        Arc::new(Self {
            requests: rates.requests.map(Rate::new),
            tokens: rates.tokens.map(Rate::new),
            uploads: rates.uploads.map(Rate::new),
            failures: rates.failures.map(Rate::new),
            turns: rates.turns,
            open: Mutex::default(),
        })
    }

    /// Counts a request of a caller, or refuses it.
    pub(crate) fn request(&self, caller: &Principal) -> Result<(), Problem> {
        let Some(rate) = &self.requests else { return Ok(()) };
        rate.take(&caller.name, Instant::now())
            .map_err(|wait| refused("requests", format!("this key may make {rate} requests a minute"), wait))
    }

    /// Counts a file that a caller uploads, or refuses it.
    pub(crate) fn upload(&self, caller: &Principal) -> Result<(), Problem> {
        let Some(rate) = &self.uploads else { return Ok(()) };
        rate.take(&caller.name, Instant::now())
            .map_err(|wait| refused("uploads", format!("this key may upload {rate} files a minute"), wait))
    }

    /// Refuses a credential from an address from which too many wrong ones came.
    pub(crate) fn credential(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        let (Some(rate), Some(address)) = (&self.failures, address) else { return Ok(()) };
        let detail =
            || format!("{rate} wrong keys or tokens came from this address in a minute, and no more may");
        rate.has_room(&network(address), Instant::now())
            .map_err(|wait| refused("credentials", detail(), wait))
    }

    /// Counts a wrong credential.
    pub(crate) fn failed(&self, address: Option<IpAddr>) {
        if let (Some(rate), Some(address)) = (&self.failures, address) {
            rate.owe(&network(address), 1, Instant::now());
        }
    }

    /// Counts a turn that a caller opens, until the result is dropped, or refuses it.
    pub(crate) fn turn(self: &Arc<Self>, caller: &Principal) -> Result<OpenTurn, Problem> {
        if let Some(rate) = &self.tokens {
            rate.has_room(&caller.name, Instant::now()).map_err(|wait| {
                refused("tokens", format!("this key may use {rate} tokens of the model a minute"), wait)
            })?;
        }
        let mut open = self.open.lock();
        let count = open.entry(caller.name.clone()).or_default();
        if let Some(most) = self.turns
            && *count >= most.get()
        {
            let detail = format!("this key may have {most} turns open at a time");
            return Err(refused("turns", detail, Duration::ZERO));
        }
        *count += 1;
        drop(open);
        Ok(OpenTurn { limits: self.clone(), caller: caller.name.clone(), tokens: 0 })
    }

    /// Whether it matters when a turn ends.
    pub(crate) fn counts_turns(&self) -> bool {
        self.turns.is_some() || self.tokens.is_some()
    }
}

/// A turn, or a stateless request, that is open.
pub(crate) struct OpenTurn {
    limits: Arc<Limits>,
    caller: String,
    tokens: u64,
}

impl OpenTurn {
    /// It has used so many tokens in all.
    pub(crate) fn used(&mut self, tokens: u64) {
        self.tokens = tokens;
    }

    /// It has used one more token.
    pub(crate) fn uses_one(&mut self) {
        self.tokens += 1;
    }
}

impl Drop for OpenTurn {
    fn drop(&mut self) {
        let mut open = self.limits.open.lock();
        if let Some(count) = open.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.caller);
            }
        }
        drop(open);
        if let Some(rate) = &self.limits.tokens {
            rate.owe(&self.caller, self.tokens, Instant::now());
        }
    }
}

fn refused(limit: &'static str, detail: String, wait: Duration) -> Problem {
    metrics::counter!("sessiond_rate_limited_total", "limit" => limit).increment(1);
    let seconds = wait.as_secs() + 1;
    let detail = format!("{detail}: wait {seconds} s, and try again");
    Problem::new(Code::RateLimited, detail).retry_after(seconds)
}

/// What stands for an address: one customer has a whole network of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// So many in a minute by name, at once or evenly. Of each name it keeps one time: when all that was used will be available again
/// (the "theoretical arrival time" of the generic cell rate algorithm, ITU-T I.371).
struct Rate {
    a_minute: NonZeroU64,
    names: Mutex<Names>,
}

struct Names {
    whole_at: HashMap<String, Instant>,
    /// So many are looked through for those that can be forgotten.
    crowd: usize,
}

impl Rate {
    fn new(a_minute: NonZeroU64) -> Self {
        Self { a_minute, names: Mutex::new(Names { whole_at: HashMap::new(), crowd: KNOWN }) }
    }

    /// Uses one. If there is none, says when there is.
    fn take(&self, name: &str, now: Instant) -> Result<(), Duration> {
        self.used(name, now, |used| {
            let after = used + self.time_of(1);
            if after > MINUTE { Err(after - MINUTE) } else { Ok(after) }
        })
    }

    /// Whether there is one. If there is none, says when there is.
    fn has_room(&self, name: &str, now: Instant) -> Result<(), Duration> {
        self.used(name, now, |used| {
            let after = used + self.time_of(1);
            if after > MINUTE { Err(after - MINUTE) } else { Ok(used) }
        })
    }

    /// Uses so many, whether there are as many or not.
    fn owe(&self, name: &str, count: u64, now: Instant) {
        let _ = self.used(name, now, |used| Ok((used + self.time_of(count)).min(MINUTE + DEBT)));
    }

    /// The time in which so many become available.
    fn time_of(&self, count: u64) -> Duration {
        let nanos = MINUTE.as_nanos() * u128::from(count) / u128::from(self.a_minute.get());
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)).min(MINUTE + DEBT)
    }

    /// Changes what a name has used, in the time until it is available again.
    fn used(
        &self,
        name: &str,
        now: Instant,
        change: impl FnOnce(Duration) -> Result<Duration, Duration>,
    ) -> Result<(), Duration> {
        let mut names = self.names.lock();
        let before = names.whole_at.get(name).map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let after = change(before)?;
        if after == before {
            return Ok(());
        }
        if names.whole_at.len() >= names.crowd {
            names.whole_at.retain(|_, at| *at > now);
            names.crowd = KNOWN.max(2 * names.whole_at.len());
        }
        names.whole_at.insert(name.to_owned(), now + after);
        Ok(())
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.a_minute.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use sessiond_core::Role;

    use super::*;

    fn rate(a_minute: u64) -> Rate {
        Rate::new(NonZeroU64::new(a_minute).unwrap())
    }

    #[test]
    fn so_many_at_once_and_then_evenly() {
        let (rate, now) = (rate(6), Instant::now());
        let at = |seconds| now + Duration::from_secs(seconds);
        for _ in 0..6 {
            assert_eq!(rate.take("a", now), Ok(()));
        }
        assert_eq!(rate.take("a", now), Err(Duration::from_secs(10)));
        assert_eq!(rate.take("b", now), Ok(()), "others have their own");
        assert_eq!(rate.take("a", at(9)), Err(Duration::from_secs(1)));
        assert_eq!(rate.take("a", at(10)), Ok(()));
        assert!(rate.take("a", at(10)).is_err());
        for _ in 0..6 {
            assert_eq!(rate.take("a", at(100)), Ok(()));
        }
    }

    #[test]
    fn what_was_used_beyond_a_rate_is_waited_for() {
        let (rate, now) = (rate(600), Instant::now());
        assert_eq!(rate.has_room("a", now), Ok(()));
        rate.owe("a", 1_200, now);
        assert_eq!(rate.has_room("a", now), Err(Duration::from_millis(60_100)));
        assert_eq!(rate.has_room("a", now + Duration::from_millis(60_100)), Ok(()));
        // However much it was.
        rate.owe("b", u64::MAX, now);
        assert_eq!(rate.has_room("b", now).map_err(|wait| wait.as_secs()), Err(DEBT.as_secs()));
    }

    #[test]
    fn names_that_used_nothing_for_a_while_are_forgotten() {
        let (rate, now) = (rate(1), Instant::now());
        for n in 0..=KNOWN {
            assert_eq!(rate.take(&n.to_string(), now), Ok(()));
        }
        assert_eq!(rate.names.lock().whole_at.len(), KNOWN + 1, "they have all used theirs");
        let later = now + MINUTE;
        for n in 0..=KNOWN {
            assert_eq!(rate.take(&format!("later {n}"), later), Ok(()));
        }
        assert!(rate.names.lock().whole_at.len() <= 2 * KNOWN);
    }

    #[test]
    fn a_caller_has_so_many_turns_open_and_its_tokens_count_when_they_end() {
        let number = |count| NonZeroU64::new(count);
        let limits = Limits::new(Rates { turns: number(2), tokens: number(100), ..Rates::default() });
        let (me, other) = (Principal::new("me", Role::Client, vec![]), Principal::local());
        let mut first = limits.turn(&me).unwrap();
        let second = limits.turn(&me).unwrap();
        let refused = limits.turn(&me).err().unwrap();
        assert_eq!((refused.code, refused.retry_after), (Code::RateLimited, Some(1)));
        let _others = limits.turn(&other).unwrap();
        drop(second);
        let third = limits.turn(&me).unwrap();
        first.used(149);
        first.uses_one();
        drop((first, third));
        let refused = limits.turn(&me).err().unwrap();
        assert!(refused.detail.contains("100 tokens") && refused.retry_after > Some(25), "{refused}");
        assert!(limits.turn(&other).is_ok());
        assert_eq!(limits.open.lock().get("me"), None);
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let limits = Limits::new(Rates { failures: NonZeroU64::new(1), ..Rates::default() });
        let address = |text: &str| Some(text.parse().unwrap());
        limits.failed(address("2001:db8:1:2::1"));
        assert!(limits.credential(address("2001:db8:1:2::ffff")).is_err());
        assert!(limits.credential(address("2001:db8:1:3::1")).is_ok());
        limits.failed(address("192.0.2.1"));
        assert!(limits.credential(address("::ffff:192.0.2.1")).is_err());
        assert!(limits.credential(address("192.0.2.2")).is_ok());
        assert!(limits.credential(None).is_ok());
    }
}
