//! The nearest known name to one that was mistyped.

/// The end of a sentence that names it, or nothing.
pub fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|known| (distance(name, known), known))
        .min()
        .filter(|(distance, known)| *distance * 3 <= known.len())
        .map_or_else(String::new, |(_, known)| format!("; did you mean '{known}'?"))
}

/// How many letters must be added, removed or changed (Wagner and Fischer, "The string-to-string correction
/// problem", 1974).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_near_and_another_word_is_not() {
        let known = ["listen", "data_dir", "log_level"];
        assert_eq!(hint("lsiten", known.into_iter()), "; did you mean 'listen'?");
        assert_eq!(hint("data-dir", known.into_iter()), "; did you mean 'data_dir'?");
        assert_eq!(hint("zebra", known.into_iter()), "");
    }
}
