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
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use sessiond_core::{AgentId, Principal};
use sessiond_engine::Engine;
use sessiond_store::{AgentRecord, Delivery};
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

/// How long an endpoint may take to answer.
const ANSWER: Duration = Duration::from_secs(15);
/// The first delay after a failed post; it doubles up to [`LONGEST_DELAY`].
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The longest delay between two posts of one message.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
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
        return;
    }
    let principal = Principal::engine();
    loop {
        if engine.connections(&agent) > 0 {
            tokio::time::sleep(CONNECTED).await;
            continue;
        }
        let taken = match engine.receive_for(&agent, 1, WAIT).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%agent, %error, "its inbox cannot be read");
                tokio::time::sleep(LONGEST_DELAY).await;
                continue;
            }
        };
        for delivery in taken {
            post_until_taken(&engine, &client, &principal, &agent, &endpoint, delivery).await;
        }
    }
}

/// Posts a message until its endpoint takes it, or the time has come to take it from the inbox anew.
async fn post_until_taken(
    engine: &Engine,
    client: &reqwest::Client,
    principal: &Principal,
    agent: &AgentId,
    endpoint: &Endpoint,
    delivery: Delivery,
) {
    let until = tokio::time::Instant::now() + engine.ack_timeout();
    let mut delay = FIRST_DELAY;
    loop {
        let seconds = engine.now().millis().div_euclid(1000);
        match post(client, endpoint, &delivery, seconds).await {
            Ok(()) => {
                metrics::counter!("sessiond_webhooks_total", "outcome" => "taken").increment(1);
                if let Err(error) =
                    engine.ack(principal, agent, None, vec![delivery.message_id.clone()]).await
                {
                    tracing::warn!(%agent, %error, "a posted message cannot be acknowledged; it will be posted again");
                }
                return;
            }
            Err(reason) => {
                metrics::counter!("sessiond_webhooks_total", "outcome" => "failed").increment(1);
                tracing::info!(%agent, message = %delivery.message_id, reason, "a webhook was not taken");
            }
        }
        if tokio::time::Instant::now() + delay >= until {
            tokio::time::sleep_until(until).await;
            return;
        }
        tokio::time::sleep(delay).await;
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}

async fn post(
    client: &reqwest::Client,
    endpoint: &Endpoint,
    delivery: &Delivery,
    seconds: i64,
) -> Result<(), String> {
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
        .map_err(|error| error.without_url().to_string())?;
    if response.status().is_success() {
        Ok(())
    } else {
        Err(format!("it answered {}", response.status().as_u16()))
    }
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
    let literal = url.host_str().map(|host| host.trim_matches(['[', ']'])).and_then(|host| host.parse().ok());
    match literal {
        Some(address) if !allow_private && !is_public(address) => Err("it lies in the server's own network"),
        _ => Ok(()),
    }
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
