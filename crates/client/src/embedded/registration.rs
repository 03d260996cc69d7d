//! What is kept of an agent's registration.

use std::sync::Arc;

use sessiond_api::{Code, Problem, RegisterAgent};
use sessiond_core::limits;

/// The registration as it is kept: what it says, but of its authentication only the secret that webhooks are signed
/// with.
pub(super) fn to_keep(request: &RegisterAgent) -> Result<Arc<str>, Problem> {
    if let Some(url) =
        request.agent_descriptor.endpoints.as_ref().and_then(|endpoints| endpoints.http.as_deref())
    {
        let web = url.starts_with("https://") || url.starts_with("http://");
        if !web || url.len() > limits::TEXT_BYTES {
            let detail = "an http endpoint is a URL that begins with https:// or http://";
            return Err(Problem::invalid("/agent_descriptor/endpoints/http", detail));
        }
    }
    let descriptor = &request.agent_descriptor;
    for (name, value) in [("capabilities", &descriptor.capabilities), ("metadata", &descriptor.metadata)] {
        if value.as_ref().is_some_and(|value| !value.is_object() && !value.is_null()) {
            return Err(Problem::invalid(format!("/agent_descriptor/{name}"), "it is a JSON object"));
        }
    }
    let json = serde_json::to_string(request).map_err(|error| {
        Problem::new(Code::Internal, format!("the registration cannot be written: {error}"))
    })?;
    if json.len() > limits::DESCRIPTOR_BYTES {
        let detail = format!("a registration has {} bytes at most", limits::DESCRIPTOR_BYTES);
        return Err(Problem::invalid("/agent_descriptor", detail));
    }
    Ok(json.into())
}
