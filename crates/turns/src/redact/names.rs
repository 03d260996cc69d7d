//! Names that say that what stands under them is a secret. It is one table for every language and for logs.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Words that name a secret at the end of a name, alone or as two words together: what a name ends in is what it holds.
const SECRETS: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "passphrases",
    "passcode",
    "passkey",
    "pwd",
    "pw",
    "dbpass",
    "userpass",
    "adminpass",
    "rootpass",
    "smtppass",
    "mailpass",
    "ftppass",
    "passwort",
    "pgpassword",
    "sshpass",
    "pswd",
    "secret",
    "secrets",
    "secretkey",
    "secretkeys",
    "credential",
    "credentials",
    "creds",
    "token",
    "accesstoken",
    "apitoken",
    "authtoken",
    "bearertoken",
    "bottoken",
    "csrftoken",
    "idtoken",
    "refreshtoken",
    "sastoken",
    "sessiontoken",
    "accesstokens",
    "apitokens",
    "authtokens",
    "refreshtokens",
    "sessiontokens",
    "apikey",
    "apikeys",
    "authkey",
    "accesskey",
    "accesskeys",
    "appkey",
    "gpgkey",
    "licensekey",
    "pgpkey",
    "rsakey",
    "sslkey",
    "tlskey",
    "accountkey",
    "decryptionkey",
    "deploykey",
    "encryptionkey",
    "hmackey",
    "masterkey",
    "privatekey",
    "privatekeys",
    "servicekey",
    "sharedkey",
    "signingkey",
    "sshkey",
    "storagekey",
    "subscriptionkey",
    "authorization",
    "authheader",
    "basicauth",
    "httpauth",
    "proxyauth",
    "bearer",
    "cookie",
    "cookies",
    "cookiejar",
    "jwt",
    "jwts",
    "otp",
    "totp",
    "backupcodes",
    "otpcode",
    "recoverycodes",
    "seedphrase",
    "accesssignature",
    "totpseed",
    "dsn",
    "connectionstring",
    "connectionstr",
    "connstring",
    "connstr",
];

/// Words before `token` that make it another thing than a secret: a place in a list, a piece of a text, a signal.
const NO_SECRET_TOKENS: &[&str] = &[
    "audio",
    "begin",
    "bos",
    "cancel",
    "cancellation",
    "cls",
    "completion",
    "continuation",
    "cursor",
    "delta",
    "end",
    "eos",
    "eot",
    "first",
    "image",
    "input",
    "last",
    "mask",
    "max",
    "min",
    "next",
    "num",
    "output",
    "pad",
    "padding",
    "page",
    "pagination",
    "per",
    "prev",
    "previous",
    "prompt",
    "resume",
    "scroll",
    "sep",
    "skip",
    "special",
    "start",
    "stop",
    "sync",
    "text",
    "total",
    "unk",
    "unknown",
    "word",
];

/// Words that a name may end in after the word that matters.
const ENDINGS: &[&str] = &[
    "base",
    "base64",
    "b64",
    "confirm",
    "confirmation",
    "current",
    "dev",
    "env",
    "header",
    "hex",
    "new",
    "old",
    "pem",
    "plain",
    "plaintext",
    "prod",
    "raw",
    "staging",
    "str",
    "string",
    "test",
    "text",
    "value",
];

/// What every such name has somewhere in it.
pub(super) const STEMS: &[&str] = &[
    "pass",
    "pw",
    "secret",
    "cred",
    "token",
    "key",
    "auth",
    "bearer",
    "cookie",
    "jwt",
    "otp",
    "dsn",
    "conn",
    "pswd",
    "codes",
    "seed",
    "signature",
];
static NAMES: LazyLock<Stems> = LazyLock::new(|| Stems::new(STEMS));

/// Whether a member's name says that it holds a secret: `api_key`, `apiKey`, `DB_PASSWORD`, `x-auth-token`; not
/// `max_tokens`, `next_token`, `sort_key` or `secretary`.
pub fn names_secret(name: &str) -> bool {
    if !NAMES.are_in(name.as_bytes()) {
        return false;
    }
    let words = words(name);
    let mut words = words.as_slice();
    loop {
        let Some((last, before)) = words.split_last() else { return false };
        let before_last = before.last().map(String::as_str);
        if last == "token" && before_last.is_some_and(|word| NO_SECRET_TOKENS.contains(&word)) {
            return false;
        }
        let is_secret = SECRETS.contains(&last.as_str())
            || before_last.is_some_and(|word| SECRETS.contains(&format!("{word}{last}").as_str()));
        if is_secret {
            return true;
        }
        if before.is_empty()
            || !(ENDINGS.contains(&last.as_str()) || last.bytes().all(|b| b.is_ascii_digit()))
        {
            return false;
        }
        words = before;
    }
}

/// Finds stems in texts, in one look at their bytes and whatever their case.
pub(super) struct Stems(Option<AhoCorasick>);

impl Stems {
    pub(super) fn new<'a>(stems: impl IntoIterator<Item = &'a &'a str>) -> Self {
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
        Self(builder.build(stems).ok())
    }

    /// Whether one of them stands in a text.
    pub(super) fn are_in(&self, text: &[u8]) -> bool {
        // Without a finder, each text is taken apart.
        self.0.as_ref().is_none_or(|finder| finder.is_match(text))
    }
}

/// The words of a name in snake_case, kebab-case, camelCase or SCREAMING_CASE, in lower case, without the digits at
/// their ends.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        // `APIKey` has two words, and so has `apiKey`.
        let begins = !character.is_alphanumeric()
            || (character.is_uppercase()
                && (before.is_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_uppercase() && characters.peek().is_some_and(|next| next.is_lowercase()))));
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    if !word.is_empty() {
        words.push(word);
    }
    for word in &mut words {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if letters > 0 && !matches!(word.as_str(), "base64" | "b64") {
            word.truncate(letters);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_a_secret_are_known() {
        for name in [
            "api_key",
            "apiKey",
            "APIKey",
            "API_KEY",
            "apikey",
            "X-API-Key",
            "OPENAI_API_KEY",
            "openai_api_key_2",
            "db_password",
            "password",
            "password1",
            "passwordConfirmation",
            "new_password",
            "pwd",
            "DB_PWD",
            "passwd",
            "passphrase",
            "x-auth-token",
            "token",
            "access_token",
            "refreshToken",
            "id_token",
            "session_token",
            "csrf_token",
            "clientSecret",
            "client_secret",
            "secret_key",
            "AWSSecretKey",
            "aws_access_key",
            "aws_secret_access_key",
            "private_key",
            "privateKeyPem",
            "ssh-key",
            "credentials",
            "jwt",
            "cookie",
            "Set-Cookie",
            "cookies",
            "Authorization",
            "proxy-authorization",
            "bearer",
            "dsn",
            "SENTRY_DSN",
            "connection_string",
            "connectionString",
            "AZURE_STORAGE_CONNECTION_STRING",
            "smtp_pass",
            "api_tokens",
            "apitoken",
            "authtoken",
            "PGPASSWORD",
            "SSHPASS",
            "SECRET_KEY_BASE",
            "app_key",
            "license-key",
            "tlsKey",
            "otp_code",
            "backup_codes",
            "seedPhrase",
            "SharedAccessSignature",
        ] {
            assert!(names_secret(name), "{name}");
            assert!(crate::redact::may_hold_secret(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn names_that_only_sound_like_it_are_not_taken_for_secrets() {
        for name in [
            "",
            "key",
            "sort_key",
            "primary_key",
            "cache_key",
            "idempotency_key",
            "public_key",
            "partition_key",
            "foreignKey",
            "keys",
            "keyboard",
            "monkey",
            "access_key_id",
            "api_key_id",
            "max_tokens",
            "max_token",
            "num_tokens",
            "token_count",
            "token_ids",
            "tokens",
            "tokenizer",
            "input_tokens",
            "next_token",
            "nextPageToken",
            "page_token",
            "continuation_token",
            "ContinuationToken",
            "cancellation_token",
            "eos_token",
            "bos_token",
            "pad_token",
            "unk_token",
            "pad_token_id",
            "cost_per_token",
            "secretary",
            "secret_name",
            "password_length",
            "password_policy",
            "passenger",
            "compass",
            "passed",
            "author",
            "authority",
            "connection",
            "connection_count",
            "cookie_policy",
            "name",
            "opt",
            "signature",
            "seed",
            "codes",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
