//! Query parameters.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::respond::Failure;

/// The query's parameters; an unknown one is a mistake worth telling, not one to pass over.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Failure> {
    let pairs = serde_urlencoded::Deserializer::new(form_pairs(query));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let name = error.path().to_string();
        let name = if name == "." { "query".to_owned() } else { name };
        Failure::invalid(name, in_words(error.inner().to_string()))
    })
}

/// What the standard library says of a text that is not a number names no number.
fn in_words(detail: String) -> String {
    match detail.as_str() {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "it is a whole number".to_owned()
        }
        "number too large to fit in target type" => "the number is too large".to_owned(),
        _ => detail,
    }
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

#[cfg(test)]
mod tests {
    use sessiond_api as api;

    use super::*;

    #[test]
    fn a_wrong_parameter_is_named() {
        let wrong = |query: &str| read::<api::ListSessions>(query).unwrap_err().0.errors[0].pointer.clone();
        assert_eq!(wrong("limit=many"), "limit");
        assert_eq!(wrong("status=finished"), "status");
        assert_eq!(wrong("parent=a/b"), "parent");
        assert_eq!(wrong("nonsense=1"), "nonsense");
        let detail = |query: &str| read::<api::ListEvents>(query).unwrap_err().0.errors[0].detail.clone();
        for text in ["x", "-1", "1.5", "", "1e3", " 1"] {
            assert_eq!(detail(&format!("after={text}")), "it is a whole number", "{text:?}");
        }
        assert_eq!(detail("after=99999999999999999999"), "the number is too large");
        let list = read::<api::ListSessions>("kind=workflow&limit=5&label=team%3Dblue").unwrap();
        assert_eq!((list.limit, list.label.as_deref()), (Some(5), Some("team=blue")));
    }
}
