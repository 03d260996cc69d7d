//! Webhooks: messages are posted to agents that registered an `http` endpoint and a secret, signed as Standard Webhooks
//! asks (<https://github.com/standard-webhooks/standard-webhooks>, version 1). An endpoint may not lie in the server's
//! own network unless that is allowed, and no redirect is followed: who may register an agent must not be able to make
//! the server call what only the server can reach.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use reqwest::StatusCode;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::RETRY_AFTER;
use sessiond_api::{Problem, RegisterAgent};
use sessiond_core::{AgentId, Principal, Span, Timestamp};
use sessiond_engine::{Engine, Webhook, WebhookState};
use sessiond_store::{AgentRecord, Delivery};
use sha2::Sha256;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long an endpoint may take to answer.
const ANSWER: Duration = Duration::from_secs(15);
/// The first delay after a failed post. Each further one is [`GROWTH`] times as long, up to [`LONGEST_DELAY`]: with the usual
/// number of deliveries, a message survives three days in which its endpoint does not work.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const GROWTH: u32 = 4;
/// The longest delay between two posts.
const LONGEST_DELAY: Duration = Duration::from_secs(12 * 3600);
/// How long to wait when an inbox cannot be read.
const UNREADABLE: Duration = Duration::from_secs(30);
/// Registrations that change within this time are looked at together.
const TOGETHER: Duration = Duration::from_millis(100);
/// The sizes of a secret, as Standard Webhooks asks for them.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// How long the look-up of an endpoint's name may take when its agent registers.
const LOOK_UP: Duration = Duration::from_secs(2);
/// How long one look into an inbox waits for a message.
const WAIT: Duration = Duration::from_secs(30);
/// How often an agent that has a live connection is looked at again; meanwhile that connection gets its messages.
const CONNECTED: Duration = Duration::from_secs(2);

/// Where an agent's messages are posted, and the secret that they are signed with.
#[derive(Clone, PartialEq)]
struct Endpoint {
    url: reqwest::Url,
    secret: Vec<u8>,
}

/// Posts messages until `stop`.
pub(crate) async fn run(engine: Engine, allow_private: bool, stop: CancellationToken) {
    let client = match client(allow_private) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "webhooks are off: no HTTP client can be made");
            return;
        }
    };
    let mut changed = engine.registrations_changed();
    changed.mark_changed();
    let mut endpoints = Endpoints::default();
    let mut workers: HashMap<AgentId, (Endpoint, CancellationToken)> = HashMap::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            result = changed.changed() => if result.is_err() { break },
        }
        let wanted = endpoints.wanted(engine.registrations());
        workers.retain(|agent, (endpoint, worker)| {
            let keep = wanted.get(agent) == Some(endpoint);
            if !keep {
                worker.cancel();
            }
            keep
        });
        // Looking at all of them for each of many that register would take ever longer.
        let together = tokio::time::sleep(TOGETHER);
        for (agent, endpoint) in wanted {
            workers.entry(agent.clone()).or_insert_with(|| {
                let token = stop.child_token();
                let work = deliver(engine.clone(), client.clone(), agent, endpoint.clone(), allow_private);
                let ended = token.clone();
                tokio::spawn(async move {
                    tokio::select! { () = ended.cancelled() => {}, () = work => {} }
                });
                (endpoint, token)
            });
        }
        together.await;
    }
}

/// What was made of each registration when it was last looked at: few change while many stay.
#[derive(Default)]
struct Endpoints {
    known: HashMap<AgentId, (Arc<str>, Option<Endpoint>)>,
    #[cfg(test)]
    read: usize,
}

impl Endpoints {
    /// The agents that have an endpoint and a secret.
    fn wanted(&mut self, records: Vec<AgentRecord>) -> HashMap<AgentId, Endpoint> {
        let mut before = std::mem::take(&mut self.known);
        for record in records {
            let same = before
                .remove(&record.agent_id)
                .filter(|(from, _)| Arc::ptr_eq(from, &record.registration) || *from == record.registration);
            let entry = same.unwrap_or_else(|| {
                #[cfg(test)]
                {
                    self.read += 1;
                }
                (record.registration.clone(), endpoint(&record))
            });
            self.known.insert(record.agent_id, entry);
        }
        let all = self.known.iter();
        all.filter_map(|(agent, (_, endpoint))| Some((agent.clone(), endpoint.clone()?))).collect()
    }
}

/// Where an agent wants its messages, if it has registered that and a secret.
fn endpoint(record: &AgentRecord) -> Option<Endpoint> {
    let Ok(registration) = serde_json::from_str::<sessiond_api::RegisterAgent>(&record.registration) else {
        tracing::error!(agent = %record.agent_id, "a registration cannot be read; it gets no webhooks");
        return None;
    };
    let url = registration.agent_descriptor.endpoints.and_then(|endpoints| endpoints.http)?;
    let secret = registration.authentication.and_then(|authentication| authentication.webhook_secret)?;
    let secret = BASE64_STANDARD.decode(secret.trim_start_matches("whsec_"));
    match (reqwest::Url::parse(&url), secret) {
        (Ok(url), Ok(secret)) => Some(Endpoint { url, secret }),
        _ => {
            tracing::warn!(agent = %record.agent_id, "its endpoint or its secret cannot be read; it gets no webhooks");
            None
        }
    }
}

/// Refuses a registration whose messages could never be posted.
pub(crate) async fn check_registration(
    registration: &RegisterAgent,
    allow_private: bool,
) -> Result<(), Problem> {
    const URL: &str = "/agent_descriptor/endpoints/http";
    let endpoints = registration.agent_descriptor.endpoints.as_ref();
    let authentication = registration.authentication.as_ref();
    let secret = authentication.and_then(|authentication| authentication.webhook_secret.as_deref());
    if let Some(secret) = secret {
        let bytes = BASE64_STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap_or_default();
        if !SECRET_BYTES.contains(&bytes.len()) {
            let detail = format!(
                "a webhook secret is whsec_ and the base64 of {} to {} bytes",
                SECRET_BYTES.start(),
                SECRET_BYTES.end()
            );
            return Err(Problem::invalid("/authentication/webhook_secret", detail));
        }
    }
    let Some(url) = endpoints.and_then(|endpoints| endpoints.http.as_deref()) else {
        return Ok(());
    };
    let url = reqwest::Url::parse(url)
        .map_err(|error| Problem::invalid(URL, format!("it is no URL that can be posted to: {error}")))?;
    // Without a secret nothing is posted, so that the address is only shown.
    if secret.is_none() {
        return Ok(());
    }
    check(&url, allow_private).map_err(|reason| Problem::invalid(URL, refusal(reason)))?;
    let name = url.host_str().filter(|_| !allow_private && literal(&url).is_none());
    if let Some(name) = name
        && let Ok(Ok(found)) = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((name, 0))).await
    {
        let found: Vec<_> = found.collect();
        if !found.is_empty() && !found.iter().any(|address| is_public(address.ip())) {
            return Err(Problem::invalid(URL, refusal(PRIVATE)));
        }
    }
    Ok(())
}

fn refusal(reason: &str) -> String {
    if reason == PRIVATE {
        format!("{reason}; only --allow-private-webhooks posts there")
    } else {
        reason.to_owned()
    }
}

/// Posts one agent's messages, one after the other so that their order holds.
async fn deliver(
    engine: Engine,
    client: reqwest::Client,
    agent: AgentId,
    endpoint: Endpoint,
    allow_private: bool,
) {
    if let Err(reason) = check(&endpoint.url, allow_private) {
        tracing::warn!(%agent, reason, "no webhooks are posted to this endpoint");
        let state = WebhookState::Disabled;
        let error = Some(reason.to_owned());
        engine.set_webhook(&agent, Webhook { state, failures: 0, error, taken_at: None, next_at: None });
        return;
    }
    let mut renewed = engine.webhooks_renewed();
    let mut worker = Worker { engine, client, agent, endpoint, failures: 0, taken_at: None };
    loop {
        let (engine, agent) = (&worker.engine, &worker.agent);
        if engine.connections(agent) > 0 {
            tokio::time::sleep(CONNECTED).await;
            continue;
        }
        let taken = match engine.receive_for(agent, 1, WAIT).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%agent, %error, "its inbox cannot be read");
                tokio::time::sleep(UNREADABLE).await;
                continue;
            }
        };
        for delivery in taken {
            renewed.mark_unchanged();
            let pause = worker.post_until_taken(delivery, &mut renewed).await;
            worker.rest(pause, &mut renewed).await;
        }
    }
}

/// What follows a post that was not taken.
enum Pause {
    /// Nothing: it was taken.
    None,
    /// Another one, after this time.
    For(Duration),
    /// None, until the agent registers again.
    Gone,
}

/// Posts the messages of one agent.
struct Worker {
    engine: Engine,
    client: reqwest::Client,
    agent: AgentId,
    endpoint: Endpoint,
    /// Posts that failed since one was taken.
    failures: u32,
    taken_at: Option<Timestamp>,
}

impl Worker {
    /// Posts a message until its endpoint takes it, or the next post would come when the message is due in its inbox anew.
    async fn post_until_taken(&mut self, delivery: Delivery, renewed: &mut watch::Receiver<u64>) -> Pause {
        let until = Instant::now() + self.engine.ack_timeout();
        loop {
            let seconds = self.engine.now().millis().div_euclid(1000);
            let (agent, id) = (&self.agent, &delivery.message_id);
            let failed = match post(&self.client, &self.endpoint, &delivery, seconds).await {
                Ok(()) => {
                    metrics::counter!("sessiond_webhooks_total", "outcome" => "taken").increment(1);
                    let acked = self.engine.ack(&Principal::engine(), agent, None, vec![id.clone()]).await;
                    if let Err(error) = acked {
                        tracing::warn!(%agent, %error, "a posted message cannot be acknowledged; it will be posted again");
                    }
                    self.failures = 0;
                    self.taken_at = Some(self.engine.now());
                    self.tell(WebhookState::Working, None, None);
                    return Pause::None;
                }
                Err(failed) => failed,
            };
            metrics::counter!("sessiond_webhooks_total", "outcome" => "failed").increment(1);
            tracing::info!(%agent, message_id = %id, reason = failed.reason, "a webhook was not taken");
            self.failures = self.failures.saturating_add(1);
            if failed.gone {
                tracing::warn!(%agent, "its endpoint is gone; nothing is posted until it registers again");
                self.engine.put_webhook_back(&self.agent, &delivery).await;
                self.tell(WebhookState::Disabled, Some(failed.reason), None);
                return Pause::Gone;
            }
            // A process that has just started knows from the message how often it was tried before.
            let failures = self.failures.max(delivery.attempt);
            let delay = delay(failures).max(failed.retry_after.unwrap_or_default());
            self.tell(WebhookState::Failing, Some(failed.reason), Some(delay));
            if Instant::now() + delay + ANSWER >= until {
                // By then the message is due again, and the next post is another attempt.
                return Pause::For(delay.max(until.saturating_duration_since(Instant::now())));
            }
            if !self.sleep(delay, renewed).await {
                self.engine.put_webhook_back(&self.agent, &delivery).await;
                return Pause::For(Duration::ZERO);
            }
        }
    }

    /// Waits as long as a pause takes, or until the agent registers again.
    async fn rest(&mut self, pause: Pause, renewed: &mut watch::Receiver<u64>) {
        match pause {
            Pause::None => {}
            Pause::For(delay) => drop(self.sleep(delay, renewed).await),
            Pause::Gone => {
                while self.engine.webhook(&self.agent).is_some() && renewed.changed().await.is_ok() {}
                self.failures = 0;
            }
        }
    }

    /// Sleeps, and answers whether it did so to the end: not when the agent registered again.
    async fn sleep(&mut self, delay: Duration, renewed: &mut watch::Receiver<u64>) -> bool {
        let over = tokio::time::sleep(delay);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return true,
                changed = renewed.changed() => {
                    if changed.is_err() || self.engine.webhook(&self.agent).is_none() {
                        self.failures = 0;
                        return false;
                    }
                }
            }
        }
    }

    fn tell(&self, state: WebhookState, error: Option<String>, delay: Option<Duration>) {
        let span = |delay: Duration| Span::from_millis(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
        let next_at = delay.map(|delay| self.engine.now().after(span(delay)));
        let (failures, taken_at) = (self.failures, self.taken_at);
        self.engine.set_webhook(&self.agent, Webhook { state, failures, error, taken_at, next_at });
    }
}

/// The delay after so many failures, each longer than the one before until it is the longest.
fn delay(failures: u32) -> Duration {
    let factor = GROWTH.saturating_pow(failures.saturating_sub(1));
    FIRST_DELAY.saturating_mul(factor).min(LONGEST_DELAY)
}

/// Why a post was not taken.
struct Failed {
    reason: String,
    /// The endpoint does not want to be posted to any more.
    gone: bool,
    /// How long it asks to be left alone.
    retry_after: Option<Duration>,
}

async fn post(
    client: &reqwest::Client,
    endpoint: &Endpoint,
    delivery: &Delivery,
    seconds: i64,
) -> Result<(), Failed> {
    let id = delivery.message_id.as_str();
    let response = client
        .post(endpoint.url.clone())
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature(&endpoint.secret, id, seconds, &delivery.body))
        .header("sessiond-attempt", delivery.attempt.to_string())
        .body(delivery.body.to_string())
        .send()
        .await
        // The URL may carry a secret of its owner's, so it is left out.
        .map_err(|error| Failed {
            reason: error.without_url().to_string(),
            gone: false,
            retry_after: None,
        })?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    Err(Failed {
        reason: format!("the endpoint responded with {}", status.as_u16()),
        gone: status == StatusCode::GONE,
        retry_after: retry_after.and_then(|text| pause(text, seconds)),
    })
}

/// What `Retry-After` asks for, as seconds or as a date (RFC 9110), at most [`LONGEST_DELAY`].
fn pause(text: &str, now: i64) -> Option<Duration> {
    let seconds = match text.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let at = httpdate::parse_http_date(text.trim()).ok()?;
            let at = at.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
            at.saturating_sub(u64::try_from(now).unwrap_or_default())
        }
    };
    Some(Duration::from_secs(seconds).min(LONGEST_DELAY))
}

/// The signature of a message: HMAC-SHA-256 over its id, the time and its body.
fn signature(secret: &[u8], id: &str, seconds: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

fn client(allow_private: bool) -> Result<reqwest::Client, reqwest::Error> {
    // Another part of the process may have chosen a provider already, and then that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .timeout(ANSWER)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("sessiond/", env!("CARGO_PKG_VERSION")));
    if allow_private { builder.build() } else { builder.dns_resolver(Arc::new(PublicOnly)).build() }
}

/// Checks what can be checked before a name is resolved.
fn check(url: &reqwest::Url, allow_private: bool) -> Result<(), &'static str> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it is neither http nor https");
    }
    if allow_private {
        return Ok(());
    }
    let name = url.host_str().unwrap_or_default().trim_end_matches('.');
    let own = name == "localhost" || name.ends_with(".localhost");
    match literal(url) {
        Some(address) if !is_public(address) => Err(PRIVATE),
        _ if own => Err(PRIVATE),
        _ => Ok(()),
    }
}

const PRIVATE: &str = "it is in the server's own network";

/// The address that stands in a URL in the place of a name.
fn literal(url: &reqwest::Url) -> Option<IpAddr> {
    url.host_str().map(|host| host.trim_matches(['[', ']'])).and_then(|host| host.parse().ok())
}

/// Resolves names to public addresses alone, at the moment of connecting, so that a name cannot change its mind.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the endpoint's name leads into the server's own network".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public internet (IANA's special-purpose address registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            let [first, second, ..] = v6.segments();
            // 2000::/3 is all that is given out; of it, 2001:db8::/32 is for documents, and 6to4 and Teredo carry
            // addresses of the other kind within them.
            (0x2000..0x4000).contains(&first)
                && !(first == 0x2001 && (second == 0xdb8 || second == 0))
                && first != 0x2002
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specification() {
        // The example of the Standard Webhooks reference libraries.
        let secret = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed =
            signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn only_what_changed_among_registrations_is_read_anew() {
        let record = |name: &str, port: u16| {
            AgentRecord {
            agent_id: AgentId::parse(name).unwrap(),
            owner: "local".into(),
            registration: serde_json::json!({
                "agent_descriptor": { "agent_id": name, "endpoints": { "http": format!("http://h:{port}/") } },
                "authentication": { "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }
            })
            .to_string()
            .into(),
            registered_at: sessiond_core::Timestamp::default(),
        }
        };
        let mut endpoints = Endpoints::default();
        assert_eq!(endpoints.wanted(vec![record("a://a", 1), record("a://b", 1)]).len(), 2);
        assert_eq!(endpoints.read, 2);
        let wanted = endpoints.wanted(vec![record("a://a", 1), record("a://b", 2)]);
        assert_eq!(endpoints.read, 3);
        assert_eq!(wanted[&AgentId::parse("a://b").unwrap()].url.port(), Some(2));
        assert_eq!(endpoints.wanted(vec![record("a://a", 1)]).len(), 1);
        assert_eq!((endpoints.read, endpoints.known.len()), (3, 1));
    }

    #[test]
    fn delays_go_on_growing_over_days() {
        let delays: Vec<_> = (1..=16).map(delay).collect();
        assert_eq!(delays[..4], [1, 4, 16, 64].map(Duration::from_secs));
        assert!(delays.is_sorted() && delays[15] == LONGEST_DELAY);
        // As many as there are deliveries of a message, of which the last ends it.
        let all: Duration = delays[..15].iter().sum();
        assert!(all > Duration::from_secs(64 * 3600), "{all:?} is no weekend");
        assert_eq!(delay(u32::MAX), LONGEST_DELAY);
    }

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        assert_eq!(pause("120", 0), Some(Duration::from_secs(120)));
        // 1994-11-06T08:49:37Z
        assert_eq!(pause("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777 - 90), Some(Duration::from_secs(90)));
        assert_eq!(pause("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_778), Some(Duration::ZERO));
        assert_eq!(pause("99999999999", 0), Some(LONGEST_DELAY));
        for text in ["", "soon", "-1", "1.5"] {
            assert_eq!(pause(text, 0), None, "{text}");
        }
    }

    #[test]
    fn an_endpoint_in_the_servers_own_network_is_refused() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://10.0.0.1/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://[2002:7f00:1::]/",
            "http://localhost:9000/",
            "http://localhost./",
            "http://a.localhost/",
            "ftp://example.com/",
        ] {
            assert!(check(&reqwest::Url::parse(url).unwrap(), false).is_err(), "{url}");
        }
        assert!(check(&reqwest::Url::parse("https://93.184.216.34/").unwrap(), false).is_ok());
        assert!(check(&reqwest::Url::parse("http://127.0.0.1/").unwrap(), true).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_loopback_is_refused() {
        let refused = client(false).unwrap().get("http://localhost:1/").send().await.unwrap_err();
        assert!(format!("{refused:?}").contains("own network"), "{refused:?}");
    }
}
