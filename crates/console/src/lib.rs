//! The web console's files. `build.rs` has npm build them from `console/`, or stands a page in for them that says what
//! was missing.

use std::borrow::Cow;

// The struct `Files` with the folder that `build.rs` filled.
include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// How files are stored beside the plain ones, the smallest first: the content coding, and the suffix of the name.
const CODINGS: &[(&str, &str)] = &[("br", ".br"), ("gzip", ".gz")];

/// A file of the console, as one client takes it.
#[derive(Debug, Clone)]
pub struct Asset {
    /// What to send.
    pub bytes: Cow<'static, [u8]>,
    /// The `Content-Type` of the file.
    pub content_type: String,
    /// The `Content-Encoding` of `bytes`; none when they are the file itself.
    pub encoding: Option<&'static str>,
    /// A strong `ETag` of `bytes`, in its quotes.
    pub etag: String,
    /// Whether the file's name changes with its content, so that it can be kept for ever.
    pub immutable: bool,
}

/// The file at `path` in the smallest form that `accept_encoding` allows; nothing when there is no such file.
pub fn asset(path: &str, accept_encoding: &str) -> Option<Asset> {
    if CODINGS.iter().any(|(_, suffix)| path.ends_with(suffix)) {
        return None;
    }
    let plain = Files::get(path)?;
    let content_type = match plain.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    let smaller = CODINGS.iter().filter(|(coding, _)| accepts(accept_encoding, coding));
    let smaller =
        smaller.filter_map(|(coding, suffix)| Some((*coding, Files::get(&format!("{path}{suffix}"))?)));
    let (encoding, file) = smaller.map(|(coding, file)| (Some(coding), file)).next().unwrap_or((None, plain));
    let hash = file.metadata.sha256_hash();
    let etag = hash[..16].iter().fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
    Some(Asset { bytes: file.data, content_type, encoding, etag, immutable: path.starts_with("assets/") })
}

/// Whether an `Accept-Encoding` header names a coding, and not with a weight of zero.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = parts.any(|parameter| {
            let weight = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="));
            weight.is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
        });
        named && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_accepted_when_it_is_named_and_not_refused() {
        for header in ["br", "gzip, br", "gzip;q=0.5,BR;q=0.1", "gzip ; q=1.0 , br ; q=1"] {
            assert!(accepts(header, "br"), "{header:?}");
        }
        for header in ["", "gzip", "br;q=0", "br; q=0.000", "brotli", "identity, x-br"] {
            assert!(!accepts(header, "br"), "{header:?}");
        }
    }

    #[test]
    fn the_page_is_there_and_what_is_stored_for_a_coding_has_no_path_of_its_own() {
        let page = asset("index.html", "").unwrap();
        assert_eq!((page.content_type.as_str(), page.encoding), ("text/html; charset=utf-8", None));
        assert!(!page.immutable && page.bytes.starts_with(b"<!doctype html>"));
        for path in ["index.html.br", "index.html.gz", ".stamp", "", "/index.html", "assets", "../Cargo.toml"]
        {
            assert!(asset(path, "br").is_none(), "{path}");
        }
    }
}
