//! How fast the index of a session is, and whether it finds what is asked for.
//!
//! Files are generated in several scripts, with words that are as frequent as those of real texts, and questions that have some
//! rare and some common words of one passage.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Deserialize;
use sessiond_documents::index::{Grep, Search};
use sessiond_documents::{Document, Index, Part, Place, Shape};

use crate::bench::Bench;
use crate::load::Latencies;
use crate::machine;
use crate::report::{Section, count, mb, ms};

const SEARCH: Duration = Duration::from_millis(10);

pub fn run(bench: &Bench) -> anyhow::Result<Section> {
    let files = bench.either(1_000, 60);
    let questions = bench.either(2_000, 100);
    let columns = ["one operation", "median", "p99", "max", "by the clock, median", "p99"];
    let mut section = Section::new("Search in a session's documents", columns);
    let directory = bench.fresh()?;
    let path = directory.path().join("index.sqlite");
    let mut index = Index::open(&path)?;
    let mut random = Random(7);
    let languages: Vec<Language> = Language::all(&mut random);
    let (mut bytes, mut passages) = (0, 0);
    let mut adding = Times::default();
    for number in 0..files {
        let document = document(&languages, &mut random);
        bytes += document.parts.iter().map(|part| part.text.len()).sum::<usize>();
        let (id, name) = (format!("f{number}"), format!("file {number}.txt"));
        passages += adding.time(|| index.add(&id, &name, &document))?.passages;
    }
    let stored = std::fs::metadata(&path)?.len();
    adding.row(&mut section, "add a file of 35 kB");

    let before = machine::resident(std::process::id()).unwrap_or_default();
    let mut index = Index::open(&path)?;
    let asked: Vec<String> =
        (0..questions).map(|_| question(&index, files, &mut random)).collect::<anyhow::Result<_>>()?;
    let mut aim = Times::default();
    for (words, name) in [
        (1, "search, 1 rare word (a sentence of Chinese is one)"),
        (2, "search, 2 rare words"),
        (100, "search, 8 to 14 words of a passage"),
    ] {
        let mut times = Times::default();
        for question in &asked {
            let question = question.split(' ').take(words).collect::<Vec<_>>().join(" ");
            times.time(|| index.search(&question, &Search::default()))?;
        }
        times.row(&mut section, name);
        aim = times;
    }
    let mut times = Times::default();
    for _ in 0..questions {
        let words: Vec<&str> = (0..8).map(|_| languages[0].words[random.below(60)].as_str()).collect();
        times.time(|| index.search(&words.join(" "), &Search::default()))?;
    }
    times.row(&mut section, "search, 8 of the 60 most frequent words");
    let absent: Vec<String> = (0..50).map(|number| format!("zqxj{number}wv")).collect();
    let (mut searching, mut matching) = (Times::default(), Times::default());
    for text in &absent {
        searching.time(|| index.search(text, &Search::default()))?;
        matching.time(|| index.grep(text, &Grep::default()))?;
    }
    searching.row(&mut section, "search, a word of no file whose parts are in some");
    matching.row(&mut section, "exact search (`grep`) of a text that is nowhere");
    let open = machine::resident(std::process::id()).unwrap_or_default().saturating_sub(before);
    let (found, known) = recall(&mut index, &mut random)?;
    let mut removing = Times::default();
    for number in 0..20.min(files) {
        removing.time(|| index.remove(&format!("f{number}")))?;
    }
    removing.row(&mut section, "remove a file");
    section.how(format!(
        "{} generated files in five scripts ({}, {} passages), {} questions of each kind. The first three figures are processor time \
         of the thread, which other programs disturb less than the clock. The index has {:.2} bytes for each byte of text, the text \
         itself included; open, it took {} of memory after these questions. Recall: the same {known} questions in eleven languages as \
         in the tests, whose answers are in files that are added to these.",
        count(files as f64),
        mb(bytes as u64),
        count(f64::from(passages)),
        count(questions as f64),
        stored as f64 / bytes as f64,
        mb(open),
    ));
    let [median, p99] = [aim.processor.median(), aim.processor.p99()];
    section.aim("search under 10 ms, median", ms(median), median < SEARCH);
    section.aim("search under 10 ms, p99", ms(p99), p99 < SEARCH);
    section.aim("recall@5: at least 58 of 60", format!("{found} of {known}"), found * 60 >= known * 58);
    Ok(section)
}

/// How often an operation was done, and how long it took.
#[derive(Default)]
struct Times {
    processor: Latencies,
    clock: Latencies,
}

impl Times {
    fn time<T, E>(&mut self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let (started, began) = (processor(), Instant::now());
        let done = work();
        self.clock.record(began.elapsed());
        self.processor.record(processor().saturating_sub(started));
        done
    }

    fn row(&self, section: &mut Section, what: &str) {
        let Self { processor, clock } = self;
        let times = [processor.median(), processor.p99(), processor.max(), clock.median(), clock.p99()];
        section.row(std::iter::once(what.to_owned()).chain(times.map(ms)));
    }
}

/// The questions of the tests.
#[derive(Deserialize)]
struct Known {
    language: String,
    facts: Vec<Fact>,
    others: Vec<String>,
}

#[derive(Deserialize)]
struct Fact {
    text: String,
    question: String,
}

/// Adds a file for each fact, between other texts of its language, and asks for all: how many are in the first five passages, of
/// how many.
fn recall(index: &mut Index, random: &mut Random) -> anyhow::Result<(usize, usize)> {
    let languages: Vec<Known> =
        serde_json::from_str(include_str!("../../crates/documents/tests/index/recall.json"))?;
    for Known { language, facts, others } in &languages {
        for (number, fact) in facts.iter().enumerate() {
            let mut lines: Vec<&str> = (0..48).map(|_| others[random.below(others.len())].as_str()).collect();
            lines.insert(24, &fact.text);
            index.add(
                &format!("{language}-{number}"),
                &format!("{language} {number}.txt"),
                &prose(lines.join("\n\n")),
            )?;
        }
    }
    let facts = || languages.iter().flat_map(|known| &known.facts);
    let mut found = 0;
    for fact in facts() {
        let passages = index.search(&fact.question, &Search { limit: 5, files: None })?;
        found += usize::from(passages.iter().any(|found| found.passage.text.contains(&fact.text)));
    }
    Ok((found, facts().count()))
}

/// The processor time of this thread: what other programs do beside it is not in it.
fn processor() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// A language: its words, the most frequent first.
struct Language {
    words: Vec<String>,
    space: &'static str,
}

impl Language {
    fn all(random: &mut Random) -> Vec<Self> {
        let alphabets = [
            ('a'..='z', " ", 2..=11),
            ('а'..='я', " ", 2..=12),
            ('\u{4E00}'..='\u{54FF}', "", 1..=3),
            ('\u{905}'..='\u{939}', " ", 2..=7),
            ('ا'..='ي', " ", 2..=8),
        ];
        alphabets
            .iter()
            .map(|(range, space, lengths)| {
                let letters: Vec<char> =
                    range.clone().filter(|letter: &char| letter.is_alphabetic()).collect();
                let word = |random: &mut Random| {
                    let length = lengths.start() + random.below(lengths.end() - lengths.start() + 1);
                    (0..length).map(|_| letters[random.below(letters.len())]).collect()
                };
                Self { words: (0..30_000).map(|_| word(random)).collect(), space }
            })
            .collect()
    }

    /// A word, as frequent as its place says.
    fn word(&self, random: &mut Random) -> &str {
        let place = (self.words.len() as f64).powf(random.share()) - 1.0;
        &self.words[place as usize]
    }
}

/// 10 to 60 kB of paragraphs.
fn document(languages: &[Language], random: &mut Random) -> Document {
    let language =
        if random.below(2) == 0 { &languages[0] } else { &languages[random.below(languages.len())] };
    let length = 10_000 + random.below(50_000);
    let mut text = String::with_capacity(length + 1_000);
    while text.len() < length {
        for _ in 0..3 + random.below(5) {
            for _ in 0..5 + random.below(15) {
                text.push_str(language.word(random));
                text.push_str(language.space);
            }
            text.push_str(". ");
        }
        text.push_str("\n\n");
    }
    prose(text)
}

fn prose(text: String) -> Document {
    let part = Part { place: Place::Whole, heading: None, shape: Shape::Prose, text };
    Document { title: None, parts: vec![part], ..Document::default() }
}

/// Words of a passage: long ones first, which are rarer.
fn question(index: &Index, files: usize, random: &mut Random) -> anyhow::Result<String> {
    let file = format!("f{}", random.below(files));
    let passage = index.passage(&file, 2)?.context("a file has a second passage")?;
    let mut words: Vec<&str> = passage.text.split_whitespace().filter(|word| *word != ".").collect();
    for place in 0..words.len() {
        words.swap(place, random.below(place + 1));
    }
    words.truncate(8 + random.below(7));
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    Ok(words.join(" "))
}

/// The same numbers in each run: xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}
