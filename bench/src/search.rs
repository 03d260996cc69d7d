//! How fast the index of a session is: `cargo run --release -p sessiond-documents --example search`.
//!
//! 1,000 files are generated in several scripts, with words that are as frequent as those of real texts, and questions that have
//! some rare and some common words of one passage. The report is Markdown on standard output.

use std::path::Path;
use std::time::{Duration, Instant};

use sessiond_documents::index::{Grep, Search};
use sessiond_documents::{Document, Index, Part, Place, Shape};

const QUESTIONS: usize = 2_000;

fn main() {
    let files: usize = std::env::args().nth(1).and_then(|files| files.parse().ok()).unwrap_or(1_000);
    let directory = tempfile::tempdir().expect("a directory for the index");
    let path = directory.path().join("index.sqlite");
    let mut index = Index::open(&path).expect("a new index");
    let mut random = Random(7);
    let languages: Vec<Language> = Language::all(&mut random);
    let (mut bytes, mut characters, mut passages) = (0, 0, 0);
    let mut adding = Vec::new();
    for number in 0..files {
        let document = document(&languages, &mut random);
        bytes += document.parts.iter().map(|part| part.text.len()).sum::<usize>();
        let started = processor();
        let added =
            index.add(&format!("f{number}"), &format!("file {number}.txt"), &document).expect("added");
        adding.push(processor() - started);
        characters += added.characters as usize;
        passages += added.passages;
    }
    let stored = std::fs::metadata(&path).map_or(0, |file| file.len());
    println!(
        "{files} files, {characters} characters, {:.1} MB of text, {passages} passages",
        bytes as f64 / 1e6
    );
    println!(
        "index: {:.1} MB, {:.2} bytes a byte of text",
        stored as f64 / 1e6,
        stored as f64 / bytes as f64
    );
    report("add a file", &mut adding);

    let before = resident();
    let index = Index::open(&path).expect("the index again");
    let questions: Vec<String> = (0..QUESTIONS).map(|_| question(&index, files, &mut random)).collect();
    for words in [1, 2, 100] {
        let cut = |question: &String| question.split(' ').take(words).collect::<Vec<_>>().join(" ");
        let questions: Vec<String> = questions.iter().map(cut).collect();
        let name = if words == 100 {
            "search, 8 to 14 words".to_owned()
        } else {
            format!("search, {words} rare words")
        };
        time(&name, &questions, |question| {
            index.search(question, &Search::default()).expect("searched").len()
        });
    }
    let common: Vec<String> = (0..QUESTIONS)
        .map(|_| {
            let words = &languages[0].words;
            (0..8).map(|_| words[random.below(60)].clone()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    time("search, 8 common words", &common, |question| {
        index.search(question, &Search::default()).expect("searched").len()
    });
    let absent: Vec<String> = (0..50).map(|number| format!("zqxj{number}wv")).collect();
    time("search, a word of no file", &absent, |question| {
        index.search(question, &Search::default()).expect("searched").len()
    });
    time("grep, a text of no file", &absent, |text| {
        index.grep(text, &Grep::default()).expect("searched").len()
    });
    println!("memory of an open index after these: {:.1} MB", resident().saturating_sub(before) as f64 / 1e6);
    let mut index = index;
    let mut removing: Vec<Duration> = (0..20.min(files))
        .map(|number| {
            let started = processor();
            index.remove(&format!("f{number}")).expect("removed");
            processor() - started
        })
        .collect();
    report("remove a file", &mut removing);
}

fn time(name: &str, questions: &[String], mut search: impl FnMut(&str) -> usize) {
    let mut found = 0;
    let (mut times, mut processors) = (Vec::new(), Vec::new());
    for question in questions {
        let (started, processor_started) = (Instant::now(), processor());
        found += usize::from(search(question) > 0);
        times.push(started.elapsed());
        processors.push(processor() - processor_started);
    }
    report(&format!("{name}: {found} of {} found something", questions.len()), &mut processors);
    report(&format!("{name}: by the clock"), &mut times);
}

fn report(name: &str, times: &mut [Duration]) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("| {name} | {:.2} ms | {:.2} ms | {:.2} ms |", at(0.5), at(0.99), at(1.0));
}

/// The processor time of this thread: what other programs do beside it is not in it.
fn processor() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The memory of this process, in bytes.
fn resident() -> u64 {
    let pages = std::fs::read_to_string(Path::new("/proc/self/statm")).unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4_096
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
    Document {
        title: None,
        parts: vec![Part { place: Place::Whole, heading: None, shape: Shape::Prose, text }],
        ..Document::default()
    }
}

/// Words of a passage: long ones first, which are rarer.
fn question(index: &Index, files: usize, random: &mut Random) -> String {
    let file = format!("f{}", random.below(files));
    let passage = index.passage(&file, 2).expect("a passage").expect("the second passage");
    let mut words: Vec<&str> = passage.text.split_whitespace().filter(|word| *word != ".").collect();
    for place in 0..words.len() {
        words.swap(place, random.below(place + 1));
    }
    words.truncate(8 + random.below(7));
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.join(" ")
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
