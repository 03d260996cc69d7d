//! Integers beyond 64 bits. A tree of JSON holds them as floating-point numbers, which are other numbers; so they are
//! refused instead of changed.

use serde_json::Value;

use crate::Problem;

/// Refuses a JSON text with an integer that a tree would change. What is no JSON is for the reader to refuse.
pub(crate) fn check(json: &[u8]) -> Result<(), Problem> {
    if !numbers(json).any(|number| is_changed(&json[number])) {
        return Ok(());
    }
    Err(refused(pointer(json).unwrap_or_default()))
}

/// Refuses a tree with a number that may have been such an integer before it was read.
pub(crate) fn check_value(value: &Value) -> Result<(), Problem> {
    fn find(value: &Value, pointer: &mut String) -> bool {
        let before = pointer.len();
        match value {
            Value::Number(number) => {
                let float = if number.is_f64() { number.as_f64() } else { None };
                float.is_some_and(|float| {
                    float.fract() == 0.0 && (float >= 2f64.powi(64) || float <= -(2f64.powi(63)))
                })
            }
            Value::Array(items) => items.iter().enumerate().any(|(i, item)| {
                pointer.truncate(before);
                pointer.push_str(&format!("/{i}"));
                find(item, pointer)
            }),
            Value::Object(members) => members.iter().any(|(name, member)| {
                pointer.truncate(before);
                pointer.push_str(&segment(name));
                find(member, pointer)
            }),
            _ => false,
        }
    }
    let mut pointer = String::new();
    if find(value, &mut pointer) { Err(refused(pointer)) } else { Ok(()) }
}

fn refused(pointer: String) -> Problem {
    let detail =
        "an integer is from -9223372036854775808 to 18446744073709551615; send a larger one as a string";
    Problem::invalid(pointer, detail)
}

fn is_changed(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    if digits.len() < 19 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    std::str::from_utf8(number).is_ok_and(|text| text.parse::<u64>().is_err() && text.parse::<i64>().is_err())
}

/// Where numbers are in a JSON text.
fn numbers(json: &[u8]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(byte) = json.get(at) {
            let from = at;
            match byte {
                b'"' => at = after_string(json, at),
                b'-' | b'0'..=b'9' => {
                    at = after_number(json, at);
                    return Some(from..at);
                }
                _ => at += 1,
            }
        }
        None
    })
}

fn after_number(json: &[u8], from: usize) -> usize {
    let rest = json[from..].iter();
    from + rest.take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte)).count()
}

fn after_string(json: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    json.len()
}

/// The pointer to the first integer that a tree would change.
fn pointer(json: &[u8]) -> Option<String> {
    enum Place {
        Item(usize),
        Member(String),
    }
    let mut places: Vec<Place> = Vec::new();
    let mut at = 0;
    // Whether the next string is the name of a member.
    let mut named = false;
    while let Some(byte) = json.get(at) {
        match byte {
            b'{' => {
                places.push(Place::Member(String::new()));
                named = true;
            }
            b'[' => places.push(Place::Item(0)),
            b'}' | b']' => {
                places.pop();
                named = false;
            }
            b',' => match places.last_mut() {
                Some(Place::Item(index)) => *index += 1,
                _ => named = true,
            },
            b'"' => {
                let after = after_string(json, at);
                if named && let Some(Place::Member(name)) = places.last_mut() {
                    *name = serde_json::from_slice(&json[at..after]).ok()?;
                    named = false;
                }
                at = after;
                continue;
            }
            b'-' | b'0'..=b'9' => {
                let after = after_number(json, at);
                if is_changed(&json[at..after]) {
                    let path = places.iter().map(|place| match place {
                        Place::Item(index) => format!("/{index}"),
                        Place::Member(name) => segment(name),
                    });
                    return Some(path.collect());
                }
                at = after;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn segment(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_that_would_change_is_refused_with_its_place() {
        for (json, pointer) in [
            (r#"{"payload": {"n": 123456789012345678901234567890}}"#, "/payload/n"),
            (r#"{"a": [1, {"b/c~": [-9223372036854775809]}]}"#, "/a/1/b~1c~0/0"),
            (r#"{"a": {"x": [], "y": {}}, "b": 18446744073709551616}"#, "/b"),
            (r#"{"say \"1\"": "99999999999999999999", "n": 99999999999999999999}"#, "/n"),
            ("18446744073709551616", ""),
        ] {
            assert_eq!(check(json.as_bytes()).unwrap_err().errors[0].pointer, pointer, "{json}");
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(check_value(&value).unwrap_err().errors[0].pointer, pointer, "{json}");
        }
        for json in [
            r#"[18446744073709551615, -9223372036854775808, 9223372036854775809, 0, -0]"#,
            r#"[1.5, 123456789012345678901234567890.5, 0.1234567890123456789012345, 1e-30]"#,
            r#"{"99999999999999999999": "99999999999999999999 \\\" 99999999999999999999"}"#,
            r#"["#,
        ] {
            assert!(check(json.as_bytes()).is_ok(), "{json}");
        }
    }
}
