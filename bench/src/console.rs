//! The web console in a real browser: what opening a session takes, and how a long list scrolls.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::process::Command;

use crate::bench::Bench;
use crate::report::{Section, count};
use crate::served::Served;
use crate::stored;

/// What runs the browser, from the repository's root; `npm ci` in `console/` has installed what it stands on.
const SCRIPT: &str = "console/test/bench/console.mjs";
const BYTES_AIM: f64 = 300_000.0;
const PAINT_AIM: f64 = 1_000.0;
/// A frame that takes longer than this, in milliseconds, is seen as a stutter.
const STUTTER: f64 = 50.0;
/// How long the list is scrolled, in seconds.
const SCROLL: usize = 5;

#[derive(Deserialize)]
struct Opened {
    browser: String,
    views: Views,
}

#[derive(Deserialize)]
struct Views {
    plan: Vec<Open>,
    journal: Vec<Open>,
}

/// One opening of a page, in a browser that has nothing of it yet.
#[derive(Deserialize)]
struct Open {
    /// From the navigation to the frame that shows what is wanted.
    paint_ms: f64,
    /// As transferred, without what draws the plan.
    bytes: f64,
    /// As transferred.
    all_bytes: f64,
}

#[derive(Deserialize)]
struct Scrolled {
    /// Milliseconds from each frame to the next.
    frames: Vec<f64>,
    /// How far the list got.
    rows: f64,
}

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let mut section = Section::new("The web console", ["what", "median", "worst"]);
    bench.quiet().await?;
    let fresh = bench.fresh()?;
    let served = Served::start(bench, &fresh.path().join("store")).await?;
    let repeats = bench.either(5, 2);
    let Opened { browser, views } = script("open", &served, repeats).await?;
    served.stop().await?;
    let (stored, sessions) = stored::store(bench).await?;
    bench.quiet().await?;
    let served = Served::start(bench, &stored).await?;
    let Scrolled { frames, rows } = script("scroll", &served, SCROLL).await?;
    served.stop().await?;
    section.how(format!(
        "Chromium {browser}, headless and without a graphics processor, on the machine of the server; a window of \
         1440 by 900. Opening: a session with 10,000 events, {repeats} times, each in a browser that has nothing of the \
         console yet; from the navigation to the frame that shows the plan's steps, or the newest rows of the journal. \
         Bytes are those of all answers as transferred; what draws the plan comes after its frame and is counted by \
         itself. Scrolling: the list of {} sessions by the wheel, as fast as the browser takes it, for {SCROLL} \
         seconds; it came to row {}.",
        count(sessions as f64),
        count(rows)
    ));
    for (name, opens) in [("plan", &views.plan), ("journal", &views.journal)] {
        let of = |value: fn(&Open) -> f64| median_and_most(opens.iter().map(value).collect());
        let (paint, slowest) = of(|open| open.paint_ms);
        section.row([format!("{name}: first useful paint"), milliseconds(paint), milliseconds(slowest)]);
        let (bytes, most) = of(|open| open.bytes);
        section.row([format!("{name}: transferred before charts"), kilobytes(bytes), kilobytes(most)]);
        let (charts, most) = of(|open| open.all_bytes - open.bytes);
        if charts > 0.0 {
            section.row([format!("{name}: what draws it"), kilobytes(charts), kilobytes(most)]);
        }
        section.aim(format!("{name}: under 300 KB before charts"), kilobytes(bytes), bytes < BYTES_AIM);
        section.aim(format!("{name}: useful within 1 s"), milliseconds(paint), paint < PAINT_AIM);
    }
    let stutters = frames.iter().filter(|frame| **frame > STUTTER).count();
    let shown = frames.len();
    let (frame, longest) = median_and_most(frames);
    section.row(["scrolling: time of a frame".to_owned(), milliseconds(frame), milliseconds(longest)]);
    section.row([format!("scrolling: frames over 50 ms, of {shown}"), stutters.to_string(), String::new()]);
    section.aim("scrolling: no frame over 50 ms", milliseconds(longest), longest <= STUTTER);
    Ok(section)
}

/// Has the browser do something with a server, and reads what it says.
async fn script<T: DeserializeOwned>(what: &str, served: &Served, number: usize) -> anyhow::Result<T> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the package has no parent")?;
    let mut command = Command::new("node");
    command.current_dir(root).arg(SCRIPT).arg(what).arg(format!("http://{}", served.address));
    command.arg(number.to_string()).stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = command.output().await.context("node cannot be started: install Node.js 20.19 or newer")?;
    ensure!(
        output.status.success(),
        "the browser's script failed: it needs Chromium, and `npm ci` in console/"
    );
    serde_json::from_slice(&output.stdout).context("the browser's script says something else than expected")
}

fn median_and_most(mut numbers: Vec<f64>) -> (f64, f64) {
    numbers.sort_by(f64::total_cmp);
    let at = |index: usize| numbers.get(index).copied().unwrap_or_default();
    (at(numbers.len() / 2), at(numbers.len().saturating_sub(1)))
}

fn milliseconds(ms: f64) -> String {
    if ms < 100.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

fn kilobytes(bytes: f64) -> String {
    format!("{:.0} KB", bytes / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_largest_are_found_in_any_order() {
        assert_eq!(median_and_most(vec![3.0, 1.0, 2.0]), (2.0, 3.0));
        assert_eq!(median_and_most(Vec::new()), (0.0, 0.0));
    }
}
