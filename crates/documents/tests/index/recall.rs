//! Questions whose answers are known, in the scripts of people's files. BM25 has no synonyms: a question shares a word with its
//! answer, often in another form, and other texts share others.

use serde::Deserialize;
use sessiond_documents::index::Search;

use crate::support::{Session, prose};

/// The facts of a language, and texts that answer none of the questions, though they have words of them. `cargo xtask bench
/// assistants` asks the same questions.
#[derive(Deserialize)]
struct Language {
    language: String,
    facts: Vec<Fact>,
    others: Vec<String>,
}

#[derive(Deserialize)]
struct Fact {
    text: String,
    question: String,
}

fn languages() -> Vec<Language> {
    serde_json::from_str(include_str!("recall.json")).unwrap()
}

/// How many of the questions have their answer among the first passages.
fn recall(session: &Session, languages: &[Language], among: usize) -> (usize, usize, Vec<String>) {
    let (mut found, mut asked, mut missed) = (0, 0, Vec::new());
    for Language { language, facts, .. } in languages {
        for Fact { text, question } in facts {
            asked += 1;
            let passages = session.index.search(question, &Search { limit: among, files: None }).unwrap();
            if passages.iter().any(|found| found.passage.text.contains(text)) {
                found += 1;
            } else {
                missed.push(format!("{language}: {question}"));
            }
        }
    }
    (found, asked, missed)
}

/// Files of a language with a fact each, and others. Single words of the facts are all over them.
fn corpus(languages: &[Language], copies: usize) -> Session {
    let mut session = Session::new();
    let mut random = 7_usize;
    let mut below = |end: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % end
    };
    for Language { language, facts, others } in languages {
        let words: Vec<String> = facts.iter().flat_map(|fact| words(&fact.text)).collect();
        for copy in 0..copies {
            for (number, fact) in facts.iter().enumerate() {
                let mut text = String::new();
                for place in 0..48 {
                    text.push_str(&others[below(others.len())]);
                    text.push_str([" ", " ", "\n", "\n\n"][below(4)]);
                    for _ in 0..below(3) {
                        text.push_str(&words[below(words.len())]);
                        text.push(' ');
                    }
                    if place == 24 && copy == 0 {
                        text.push_str(&format!("\n\n{}\n\n", fact.text));
                    }
                }
                let id = format!("{language}-{number}-{copy}");
                session.index.add(&id, &format!("{id}.txt"), &prose(&text)).unwrap();
            }
        }
    }
    session
}

/// The words of a sentence; pieces of one that has no spaces.
fn words(sentence: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    for word in sentence.split_whitespace() {
        let characters: Vec<char> = word.chars().collect();
        let is_spaced = sentence.split_whitespace().count() > 4;
        let pieces = if is_spaced { characters.len().max(1) } else { 3 };
        words.extend(characters.chunks(pieces).map(|piece| piece.iter().collect()));
    }
    words.into_iter()
}

#[test]
fn the_answer_is_among_the_first_five_passages() {
    let languages = languages();
    let session = corpus(&languages, 3);
    let (found, asked, missed) = recall(&session, &languages, 5);
    let (first, ..) = recall(&session, &languages, 1);
    println!("recall@5: {found} of {asked}, recall@1: {first} of {asked}; missed: {missed:#?}");
    assert_eq!(asked, 60);
    assert!(found >= 58, "{found} of {asked}: {missed:#?}");
    assert!(first >= 44, "{first} of {asked} at once");
}
