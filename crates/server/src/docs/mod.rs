//! The pages that the server carries: the reference from the OpenAPI document, the guides and the errors' pages from
//! Markdown. Everything is in the binary; a page loads nothing from elsewhere.

mod example;
mod html;
mod markdown;
mod reference;

use std::borrow::Cow;

use rust_embed::RustEmbed;
use sessiond_api::{Code, Problem};

pub(crate) use reference::reference;

/// The repository's `docs/` folder.
#[derive(RustEmbed)]
#[folder = "../../docs"]
#[include = "*.md"]
#[include = "images/*.png"]
struct Files;

/// The page that lists all codes.
pub(crate) fn errors() -> String {
    let mut body = String::from(
        "<h1>Problems</h1><p>Every answer that is no success is <code>application/problem+json</code> (RFC 9457). \
         Its <code>code</code> is stable.</p><table><tr><th>code</th><th>status</th><th>what it says</th>\
         <th>try again?</th></tr>",
    );
    for code in Code::ALL {
        let (name, status, title) = (code.as_str(), code.status(), html::escape(code.title()));
        let again = if code.is_retryable() { "yes" } else { "" };
        body.push_str(&format!(
            "<tr><td><a href=\"/docs/errors/{name}\"><code>{name}</code></a></td><td>{status}</td><td>{title}</td>\
             <td>{again}</td></tr>"
        ));
    }
    body.push_str("</table>");
    html::page("Problems", &body)
}

/// The page for a browser that came under a name which a server without keys does not accept. `port` begins with a
/// colon, or is empty.
pub(crate) fn address_refused(name: &str, port: &str) -> String {
    let name = html::escape(name);
    let local = format!("http://localhost{}/console/", html::escape(port));
    let body = format!(
        "<h1>This server does not accept the address <code>{name}</code></h1><p>A server without keys accepts requests \
         for <code>localhost</code> and loopback addresses alone, so that no web page elsewhere can use it.</p>\
         <h2>What you can do</h2><ul>\
         <li>On the machine of the server, open <a href=\"{local}\">{local}</a>.</li>\
         <li>To allow this name, start the server with <code>sessiond serve --allow-hosts {name}</code>.</li>\
         <li>For other machines, create a key on the server with \
         <code>sessiond key create --name you --role admin</code>. Once a key exists, every name is accepted, and every \
         request has to bring a key.</li></ul>"
    );
    html::page("Address not accepted", &body)
}

/// The page of a code.
pub(crate) fn error(code: &str) -> Result<String, Problem> {
    let known = Code::ALL.iter().any(|known| known.as_str() == code);
    let text = known.then(|| text(&format!("errors/{code}.md"))).flatten();
    let text =
        text.ok_or_else(|| Problem::new(Code::NotFound, "there is no such code; /docs/errors lists them"))?;
    Ok(html::page(code, &markdown::to_html(&text)))
}

/// A guide.
pub(crate) fn guide(name: &str) -> Result<String, Problem> {
    let plain = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let text = plain.then(|| text(&format!("{name}.md"))).flatten();
    let text =
        text.ok_or_else(|| Problem::new(Code::NotFound, "there is no such guide; /docs lists them"))?;
    Ok(html::page(&markdown::title(&text).unwrap_or_else(|| name.to_owned()), &markdown::to_html(&text)))
}

/// A picture that a guide shows.
pub(crate) fn image(name: &str) -> Result<Cow<'static, [u8]>, Problem> {
    let file = Files::get(&format!("images/{name}"));
    Ok(file.ok_or_else(|| Problem::new(Code::NotFound, "there is no such image"))?.data)
}

/// The guides: their names and titles.
fn guides() -> Vec<(String, String)> {
    let mut guides: Vec<_> = Files::iter()
        .filter(|path| !path.contains('/'))
        .filter_map(|path| {
            let name = path.strip_suffix(".md")?.to_owned();
            let title = text(&path).and_then(|text| markdown::title(&text)).unwrap_or_else(|| name.clone());
            Some((name, title))
        })
        .collect();
    guides.sort();
    guides
}

fn text(path: &str) -> Option<String> {
    String::from_utf8(Files::get(path)?.data.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_that_names_its_status_and_shows_an_example() {
        for code in Code::ALL {
            let name = code.as_str();
            let text = text(&format!("errors/{name}.md"))
                .unwrap_or_else(|| panic!("docs/errors/{name}.md is missing"));
            assert!(text.starts_with(&format!("# {name}\n")), "{name}: the page begins with its code");
            assert!(
                text.contains(&code.status().to_string()),
                "{name}: the page names the status {}",
                code.status()
            );
            let example = text.split("```json").nth(1).and_then(|rest| rest.split("```").next());
            let example = example.unwrap_or_else(|| panic!("{name}: there is no example"));
            let problem: Problem =
                serde_json::from_str(example).unwrap_or_else(|error| panic!("{name}: {error}"));
            let expected = Problem::new(*code, "");
            assert_eq!(problem.code, *code, "{name}");
            assert_eq!(
                (problem.type_uri, problem.title, problem.status, problem.retryable),
                (expected.type_uri, expected.title, expected.status, expected.retryable),
                "{name}"
            );
        }
        for path in Files::iter().filter(|path| path.starts_with("errors/")) {
            let name = path.trim_start_matches("errors/").trim_end_matches(".md");
            assert!(Code::ALL.iter().any(|code| code.as_str() == name), "{path} is no code's page");
        }
    }

    #[test]
    fn the_link_of_a_problem_leads_to_its_page() {
        for code in Code::ALL {
            let link = Problem::new(*code, "").type_uri;
            assert!(error(link.strip_prefix("/docs/errors/").unwrap()).is_ok(), "{link}");
        }
        assert!(error("nonsense").is_err());
        assert!(guide("../Cargo").is_err());
    }
}
