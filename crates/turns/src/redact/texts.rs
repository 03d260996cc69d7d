//! Secrets within texts: passwords and keys in addresses, keys of well-known services, private keys, bearer tokens.

use std::ops::Range;

use super::{REDACTED, names_secret};

/// Known secrets of fewer bytes are found as whole texts only, and not within others: there they would be found everywhere.
const LEAST_WITHIN: usize = 6;

/// A text without the secrets in it, when there are any that can be told by their form.
pub fn text(text: &str) -> Option<String> {
    text_with(text, &[])
}

/// The same without secrets that are known, too.
pub fn text_with(text: &str, known: &[String]) -> Option<String> {
    redacted(text, false, known)
}

/// The same of what is only shown, such as an error's message: what a name calls a secret is taken for one whatever it
/// looks like.
pub fn message_with(text: &str, known: &[String]) -> Option<String> {
    redacted(text, true, known)
}

/// Whether one of these secrets is in some bytes.
pub fn has_known(bytes: &[u8], known: &[String]) -> bool {
    known.iter().any(|secret| {
        let secret = secret.as_bytes();
        bytes == secret
            || (secret.len() >= LEAST_WITHIN && bytes.windows(secret.len()).any(|here| here == secret))
    })
}

fn redacted(text: &str, is_shown: bool, known: &[String]) -> Option<String> {
    // All are sought in the text as it is: what is replaced first would hide from the others what they look for.
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    while let Some(secret) = next(text, from, is_shown) {
        from = secret.end;
        found.push(secret);
    }
    for secret in known.iter().filter(|secret| !secret.is_empty()) {
        if secret.len() >= LEAST_WITHIN || text == secret {
            let mut from = 0;
            while let Some(at) = text[from..].find(secret.as_str()) {
                let start = from + at;
                found.push(start..start + secret.len());
                // One may overlap the next: `abab` in `ababab`.
                from = start + secret.chars().next().map_or(1, char::len_utf8);
            }
        }
    }
    if found.is_empty() {
        return None;
    }
    found.sort_unstable_by_key(|secret| secret.start);
    let mut redacted = String::with_capacity(text.len());
    let mut done = 0;
    let mut found = found.into_iter().peekable();
    while let Some(mut secret) = found.next() {
        while let Some(next) = found.next_if(|next| next.start < secret.end) {
            secret.end = secret.end.max(next.end);
        }
        redacted.push_str(&text[done..secret.start]);
        redacted.push_str(REDACTED);
        done = secret.end;
    }
    redacted.push_str(&text[done..]);
    Some(redacted)
}

/// Bytes at which something may be a secret: rare ones of what each form has.
const SIGNS: [bool; 256] = {
    let mut signs = [false; 256];
    let mut i = 0;
    let bytes = b":=?&-_KSzJBb";
    while i < bytes.len() {
        signs[bytes[i] as usize] = true;
        i += 1;
    }
    signs
};

/// The first secret from a byte on.
fn next(text: &str, from: usize, is_shown: bool) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if bytes.len() < SHORTEST {
        return None;
    }
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| SIGNS[*byte as usize])?;
        let found = match bytes[at] {
            b':' => password(bytes, at).or_else(|| assigned(text, at, is_shown)),
            b'=' => assigned(text, at, is_shown),
            b'?' | b'&' => parameter(text, at),
            b'-' => private_key(text, at)
                .or_else(|| prefixed(bytes, at, DASHED))
                .or_else(|| option(text, at, is_shown)),
            b'_' => prefixed(bytes, at, UNDERSCORED),
            b'K' | b'S' => key_id(bytes, at),
            b'z' => starts(bytes, at, "AI", "za").and_then(|start| token(bytes, start, at + 2, 30, false)),
            b'J' => starts(bytes, at, "ey", "J").and_then(|start| web_token(bytes, start)),
            _ => scheme(bytes, at),
        };
        if let Some(found) =
            found.filter(|found| found.start >= from && !is_placeholder(&bytes[found.clone()]))
        {
            return Some(found);
        }
        at += 1;
    }
}

/// Nothing shorter has a secret in it: `a://b:c@d`.
const SHORTEST: usize = 9;

/// The password in an address, `scheme://user:password@host`; or a long name without one, which is a key.
fn password(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    if !bytes[at..].starts_with(b"://")
        || !at.checked_sub(1).is_some_and(|i| bytes[i].is_ascii_alphanumeric())
    {
        return None;
    }
    let start = at + 3;
    let end = start
        + bytes[start..].iter().position(|byte| ends_part(*byte, b"/?#")).unwrap_or(bytes.len() - start);
    let host = start + bytes[start..end].iter().rposition(|byte| *byte == b'@')?;
    match bytes[start..host].iter().position(|byte| *byte == b':') {
        Some(colon) => Some(start + colon + 1..host),
        None => (host - start >= 20).then_some(start..host),
    }
}

/// The value of a parameter whose name says that it is a secret: `?api_key=…`.
fn parameter(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let start = at + 1;
    let name = bytes[start..].iter().take(48).take_while(|byte| is_name(**byte)).count();
    if name == 0 || bytes.get(start + name) != Some(&b'=') {
        return None;
    }
    let value = start + name + 1;
    let end = value
        + bytes[value..].iter().position(|byte| ends_part(*byte, b"&#;")).unwrap_or(bytes.len() - value);
    let name = &text[start..start + name];
    let is_secret = names_secret(name)
        || SIGNATURES.iter().any(|known| name.eq_ignore_ascii_case(known))
        || (name == "key" && end - value >= 20);
    is_secret.then_some(value..end)
}

const SIGNATURES: &[&str] = &["sig", "X-Amz-Signature", "X-Amz-Security-Token", "X-Goog-Signature"];

/// What is assigned to a name that says that it is a secret: `"password": "…"`, `API_KEY=…`, `Cookie: …`. Unless the text
/// is only shown, it must look like a secret too: texts are full of examples.
fn assigned(text: &str, at: usize, is_shown: bool) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let is_colon = bytes[at] == b':';
    if at.checked_sub(1).is_some_and(|i| b"=!<>:".contains(&bytes[i])) || bytes.get(at + 1) == Some(&b'=') {
        return None;
    }
    let mut end = at - bytes[..at].iter().rev().take(4).take_while(|byte| **byte == b' ').count();
    let quote = end.checked_sub(1).map(|i| bytes[i]).filter(|byte| matches!(byte, b'"' | b'\''));
    if quote.is_some() {
        end -= 1;
        end -= usize::from(end > 0 && bytes[end - 1] == b'\\');
    }
    let start = end - bytes[..end].iter().rev().take(48).take_while(|byte| is_name(**byte)).count();
    let before = start.checked_sub(1).map(|i| bytes[i]);
    let name = &text[start..end];
    if (quote.is_some() && before != quote)
        || !(names_secret(name) || (name == "input_value" && is_of_a_secret(&text[..start])))
    {
        return None;
    }
    let spaces = bytes[at + 1..].iter().take(4).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let mut value = at + 1 + spaces;
    let next = |at: usize| bytes.get(at).copied().unwrap_or_default();
    value +=
        usize::from(matches!(next(value), b'b' | b'r' | b'u') && matches!(next(value + 1), b'"' | b'\''));
    value += usize::from(next(value) == b'\\' && matches!(next(value + 1), b'"' | b'\''));
    if matches!(next(value), b'"' | b'\'') {
        let found = quoted(bytes, value)?;
        return (is_shown || is_token(&bytes[found.clone()], 12)).then_some(found);
    }
    let line = value
        + bytes[value..].iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len() - value);
    let end = value
        + bytes[value..line].iter().position(|byte| ends_part(*byte, b",;&)}]")).unwrap_or(line - value);
    let found = value..end;
    let is_first = text[..start]
        .rsplit('\n')
        .next()
        .is_none_or(|before| before.trim_start_matches([' ', '-']).is_empty());
    if is_colon {
        if is_first && HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return (line - value >= 8).then_some(value..line);
        }
        let is_alone = is_first && text[end..line].trim().is_empty();
        return (is_token(&bytes[found.clone()], if is_shown { 6 } else { 12 }) && (is_shown || is_alone))
            .then_some(found);
    }
    let is_constant = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_secret = match is_shown {
        true if spaces == 0 => !bytes[found.clone()].contains(&b'('),
        true => is_token(&bytes[found.clone()], 6),
        false => is_constant && spaces == 0 && is_token(&bytes[found.clone()], 12),
    };
    is_secret.then_some(found)
}

const HEADERS: &[&str] = &["cookie", "set-cookie"];

/// Whether the line before this one names the field that an error is about, as pydantic's do, and that holds a secret.
fn is_of_a_secret(before: &str) -> bool {
    let field = before.rsplit('\n').nth(1).unwrap_or_default();
    names_secret(field.rsplit('.').next().unwrap_or_default())
}

/// The value of an option of a command: `--password=…`, `'--password', '…'`; in what is only shown, `--password …` too.
fn option(text: &str, at: usize, is_shown: bool) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if !bytes[at..].starts_with(b"--") || at.checked_sub(1).is_some_and(|i| is_name(bytes[i])) {
        return None;
    }
    let start = at + 2;
    let end = start + bytes[start..].iter().take(48).take_while(|byte| is_name(**byte)).count();
    if !names_secret(&text[start..end]) {
        return None;
    }
    let rest = &text[end..];
    for (middle, is_quoted) in
        [("', '", true), ("\", \"", true), ("','", true), ("\",\"", true), ("=", false), (" ", false)]
    {
        if !rest.starts_with(middle) || (middle == " " && !is_shown) {
            continue;
        }
        let value = end + middle.len();
        if is_quoted {
            return quoted(bytes, value - 1);
        }
        let end = value
            + bytes[value..].iter().position(|byte| ends_part(*byte, b",")).unwrap_or(bytes.len() - value);
        return (bytes.get(value) != Some(&b'-')).then_some(value..end);
    }
    None
}

/// What is between the quote at a byte and the next such quote.
fn quoted(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let mut end = at + 1;
    while *bytes.get(end)? != bytes[at] {
        // A quote that is escaped ends only what one began.
        let is_escaped = bytes[end] == b'\\' && !(at > 0 && bytes[at - 1] == b'\\');
        if bytes[end] == b'\\' && !is_escaped && bytes.get(end + 1) == Some(&bytes[at]) {
            break;
        }
        end += 1 + usize::from(is_escaped);
    }
    Some(at + 1..end)
}

/// Whether something looks like a key or a password, and not like a word or an example.
fn is_token(value: &[u8], least: usize) -> bool {
    let is_plain = value.iter().all(|byte| byte.is_ascii_graphic() && !b"(){}<>$\\".contains(byte));
    let text = String::from_utf8_lossy(value).to_ascii_lowercase();
    value.len() >= least
        && is_plain
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
        && !["your", "example", "placeholder", "changeme", "redacted"].iter().any(|word| text.contains(word))
}

/// A private key with its armour.
fn private_key(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text[at..].strip_prefix("-----BEGIN ")?;
    let title = rest.find("-----").filter(|end| *end < 64 && rest[..*end].ends_with("PRIVATE KEY"))?;
    let end = rest[title..].find("-----END ").map_or(text.len(), |end| {
        let tail = at + 11 + title + end + 9;
        text[tail..].find("-----").map_or(text.len(), |end| tail + end + 5)
    });
    Some(at..end)
}

/// How keys of well-known services begin, up to a dash or an underscore; and how much follows at least.
type Prefixes = &'static [(&'static str, usize)];
const DASHED: Prefixes = &[
    ("sk", 20),
    ("glpat", 16),
    ("xoxa", 10),
    ("xoxb", 10),
    ("xoxe", 10),
    ("xoxp", 10),
    ("xoxr", 10),
    ("xoxs", 10),
    ("xapp", 10),
];
const UNDERSCORED: Prefixes = &[
    ("ghp", 20),
    ("gho", 20),
    ("ghu", 20),
    ("ghs", 20),
    ("ghr", 20),
    ("github_pat", 20),
    ("glsa", 20),
    ("hf", 30),
    ("npm", 30),
    ("pypi", 30),
    ("rk_live", 16),
    ("rk_test", 16),
    ("sk_live", 16),
    ("sk_test", 16),
    ("whsec", 16),
];

fn prefixed(bytes: &[u8], at: usize, prefixes: Prefixes) -> Option<Range<usize>> {
    let (prefix, least) = prefixes.iter().find(|(prefix, _)| bytes[..at].ends_with(prefix.as_bytes()))?;
    let start = at - prefix.len();
    is_word_start(bytes, start).then(|| token(bytes, start, at + 1, *least, true)).flatten()
}

/// The id of a key of AWS.
fn key_id(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let start = starts(bytes, at, "A", if bytes[at] == b'K' { "KIA" } else { "SIA" })?;
    let rest = &bytes[start + 4..];
    let length = rest.iter().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
    (length == 16 && rest.get(16).is_none_or(|byte| !byte.is_ascii_alphanumeric())).then(|| start..start + 20)
}

/// A JSON Web Token: three parts, of which two are JSON.
fn web_token(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let length = bytes[start..].iter().take_while(|byte| is_name(**byte)).count();
    let mut parts = bytes[start..start + length].split(|byte| *byte == b'.');
    let (head, body, signature) = (parts.next()?, parts.next()?, parts.next()?);
    (head.len() > 10 && body.starts_with(b"eyJ") && !signature.is_empty()).then(|| start..start + length)
}

/// What follows `Bearer` or `Basic`, when that is no word.
fn scheme(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &bytes[at + 1..];
    let start = ["earer ", "asic "]
        .iter()
        .find_map(|end| rest.starts_with(end.as_bytes()).then(|| at + 1 + end.len()))?;
    is_word_start(bytes, at).then(|| token(bytes, start, start, 12, true)).flatten()
}

/// A token from `start` on, of which so much follows `from`. One that is `mixed` has letters and digits.
fn token(bytes: &[u8], start: usize, from: usize, least: usize, mixed: bool) -> Option<Range<usize>> {
    let body = &bytes[from..];
    let length =
        body.iter().take_while(|byte| is_name(**byte) || matches!(byte, b'~' | b'+' | b'/' | b'=')).count();
    let body = &body[..length];
    let is_mixed = body.iter().any(u8::is_ascii_digit) && body.iter().any(u8::is_ascii_alphabetic);
    (length >= least && (is_mixed || !mixed)).then(|| start..from + length)
}

/// Where a word begins that has `before` before a byte and `here` from there on.
fn starts(bytes: &[u8], at: usize, before: &str, here: &str) -> Option<usize> {
    let start = at.checked_sub(before.len())?;
    let is_there = bytes[start..at] == *before.as_bytes() && bytes[at..].starts_with(here.as_bytes());
    (is_there && is_word_start(bytes, start)).then_some(start)
}

fn is_word_start(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| !bytes[before].is_ascii_alphanumeric())
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn ends_part(byte: u8, more: &[u8]) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\')
        || more.contains(&byte)
}

/// What stands for a secret, and is none.
fn is_placeholder(secret: &[u8]) -> bool {
    secret.is_empty()
        || matches!(secret[0], b'{' | b'$' | b'%' | b'[')
        || secret.iter().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_by_their_form() {
        for (secret, redacted) in [
            ("postgres://me:hunter2@db/x", "postgres://me:[redacted]@db/x"),
            ("at redis://:p@ss@h:1, now", "at redis://:[redacted]@h:1, now"),
            ("https://h/a?api_key=abc&b=1", "https://h/a?api_key=[redacted]&b=1"),
            ("/a?b=1&access_token=abc#c", "/a?b=1&access_token=[redacted]#c"),
            ("https://b.s3/x?X-Amz-Signature=0a1b", "https://b.s3/x?X-Amz-Signature=[redacted]"),
            ("https://abcdefghij0123456789@github.com/a", "https://[redacted]@github.com/a"),
            ("Authorization: Bearer abc.DEF-123456", "Authorization: Bearer [redacted]"),
            ("basic dXNlcjpwYXNzd29yZDE=", "basic [redacted]"),
            ("my key is sk-proj-abcdef0123456789abcd.", "my key is [redacted]"),
            ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "[redacted]"),
            ("(xoxb-123456789012-abc)", "([redacted])"),
            ("AKIAIOSFODNN7EXAMPLE!", "[redacted]!"),
            ("AIzaSyA-0123456789abcdefghijklmnopqrstu", "[redacted]"),
            ("eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln", "[redacted]"),
            ("a\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nb", "a\n[redacted]\nb"),
            ("-----BEGIN PRIVATE KEY-----\nMII", "[redacted]"),
        ] {
            assert_eq!(text(secret).as_deref(), Some(redacted), "{secret}");
            assert_eq!(text(redacted), None, "{redacted}");
        }
    }

    #[test]
    fn what_only_looks_like_one_stays() {
        for innocent in [
            "",
            "https://host:8080/path?a=b&page_token=7&key=name",
            "mailto:me@example.com and http://example.com/@me",
            "postgres://me@db/x",
            "postgres://me:{password}@db, redis://:***@h",
            "the bearer of this letter understands",
            "basic understanding of things",
            "an ask-question-about-something-long-and-more, sk-learn",
            "a task-0123456789abcdefghijklmnop",
            "AKIA is short, ASIA is a continent",
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            "key: value - and_so_on: [redacted]",
            "ein Grüß-Gott für Ümläute: ein ß-Kopf & ein?",
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA",
        ] {
            assert_eq!(text(innocent), None, "{innocent}");
        }
    }

    #[test]
    fn what_is_assigned_to_the_name_of_a_secret_is_one_when_it_looks_like_one() {
        for (secret, redacted) in [
            (r#"{"api_key": "hunter2hunter2"}"#, r#"{"api_key": "[redacted]"}"#),
            (r#"{\"access_token\":\"hunter2hunter2\"}"#, r#"{\"access_token\":\"[redacted]\"}"#),
            ("{'Authorization': 'hunter2hunter2'}", "{'Authorization': '[redacted]'}"),
            ("password = \"hunter2hunter2\"", "password = \"[redacted]\""),
            ("A=1\nexport DB_PASSWORD=hunter2hunter2\nB=2", "A=1\nexport DB_PASSWORD=[redacted]\nB=2"),
            ("a: 1\n  password: hunter2hunter2\n", "a: 1\n  password: [redacted]\n"),
            ("GET /\r\nCookie: sid=abcdef; b=c\r\n", "GET /\r\nCookie: [redacted]\r\n"),
            ("X-Api-Key: hunter2hunter2", "X-Api-Key: [redacted]"),
            ("curl --password=x1 url", "curl --password=[redacted] url"),
            ("['curl', '--api-key', 'abc']", "['curl', '--api-key', '[redacted]']"),
        ] {
            assert_eq!(text(secret).as_deref(), Some(redacted), "{secret}");
            assert_eq!(message(secret).as_deref(), Some(redacted), "{secret}");
            assert_eq!(text(redacted), None, "{redacted}");
        }
        for innocent in [
            "password: must be at least 8 characters",
            r#"{"api_key": "your_api_key_123"}, {"token": "short1"}"#,
            "export API_KEY=your-key-0123456789",
            "token = tokens[0]; password=password, api_key=os.environ['KEY123456789']",
            "if token == 'abc1234567890123': pass",
            "Your token: the one that you were given",
            "a --verbose --page-token abc --no-password",
            "secret: x",
        ] {
            assert_eq!(text(innocent), None, "{innocent}");
        }
    }

    #[test]
    fn what_is_only_shown_needs_no_look_of_a_secret() {
        for (secret, redacted) in [
            ("host=db password=abc port=1", "host=db password=[redacted] port=1"),
            ("Login(user='me', password='abc def')", "Login(user='me', password='[redacted]')"),
            (r#"{"token": "abc"}"#, r#"{"token": "[redacted]"}"#),
            ("--password abc -v", "--password [redacted] -v"),
            (
                "1 error for A\nuser.password\n  Not good [input_value='abc', input_type=str]",
                "1 error for A\nuser.password\n  Not good [input_value='[redacted]', input_type=str]",
            ),
        ] {
            assert_eq!(message(secret).as_deref(), Some(redacted), "{secret}");
            assert_eq!(message(redacted), None, "{redacted}");
        }
        for innocent in
            ["password: must be long", "count\n  Bad [input_value='abc']", "next_token=abc", "token == 1"]
        {
            assert_eq!(message(innocent), None, "{innocent}");
        }
    }

    fn message(text: &str) -> Option<String> {
        message_with(text, &[])
    }

    #[test]
    fn what_is_known_and_what_its_form_gives_away_do_not_hide_each_other() {
        for (known, secret, redacted) in [
            (&["hunter2"][..], "it is hunter2!", "it is [redacted]!"),
            (&["x"], "x", "[redacted]"),
            (
                &["x", "s", "ss", "word="],
                "login failed: password=hunter2x",
                "login failed: password=[redacted]",
            ),
            (&["password"], "password=abcdef1", "[redacted]=[redacted]"),
            (&["failed: password="], "failed: password=abcdef1", "[redacted][redacted]"),
            (&["p@ss/word1"], "postgres://me:p@ss/word1@db", "postgres://me:[redacted]@db"),
            (&["me:abcdef1@db"], "postgres://me:abcdef1@db/x", "postgres://[redacted]/x"),
            (&["secret one", "one secret"], "a secret one secret b", "a [redacted] b"),
            (&["ababab"], "ababababx", "[redacted]x"),
            (&["äöüäöü"], "äöüäöüäöü", "[redacted]"),
        ] {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            assert_eq!(message_with(secret, &known).as_deref(), Some(redacted), "{secret}");
        }
        let known = ["x".to_owned(), String::new()];
        assert_eq!(message_with("axe", &known), None);
        assert_eq!(text_with("", &known), None);
    }

    #[test]
    fn any_text_is_taken() {
        let pieces = [
            "://",
            "@",
            ":",
            "?",
            "&",
            "=",
            "sk-",
            "AKIA",
            "AIza",
            "eyJ",
            ".",
            "Bearer ",
            "ü",
            "-----BEGIN ",
            "x1",
            "password",
            "\"",
            "'",
            "\\",
            "--",
            "\n",
            "input_value",
        ];
        for one in pieces {
            for two in pieces {
                for three in pieces {
                    for four in pieces {
                        let _ = message(&format!("{one}{two}{three}{four}{one}{three}"));
                    }
                }
            }
        }
    }
}
