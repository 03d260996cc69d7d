//! The frame of every page.

/// Text as it stands in HTML.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text in which `code` stands between backticks.
pub(super) fn prose(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(
            |(index, part)| {
                if index % 2 == 1 { format!("<code>{}</code>", escape(part)) } else { escape(part) }
            },
        )
        .collect()
}

/// A whole page.
pub(super) fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · sessiond</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"icon\" href=\"data:,\"><style>{STYLE}</style></head><body>\
         <header><a href=\"/docs\"><b>sessiond</b></a> <a href=\"/docs/errors\">problems</a> \
         <a href=\"/openapi.json\">openapi.json</a> <a href=\"/console/\">console</a></header><main>{body}</main></body></html>\n"
    )
}

const STYLE: &str = include_str!("style.css");
