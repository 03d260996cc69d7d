//! The second step of a search: BM25 on the candidates' texts, with the order and the nearness of the words.

use super::question::Question;
use super::segment::{Kind, segment};
use super::{Found, Index};

/// The parameters of BM25: how soon further occurrences count little, and how much a passage's length counts.
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.4;
/// What a word above a passage counts, beside one in it.
pub(super) const HEADING: f32 = 0.6;
/// How much more a passage counts that has all words, and one that has them in their order.
const COVERED: f32 = 0.5;
const ORDERED: f32 = 0.5;
/// How much more one counts that has all words near each other, and how many words apart that is: a sentence or two.
const NEAR: f32 = 2.0;
const APART: usize = 16;

/// What several occurrences count.
pub(super) fn saturated(occurrences: f32) -> f32 {
    occurrences * (SATURATION + 1.0) / (occurrences + SATURATION)
}

impl Index {
    /// The candidates, ranked by their texts.
    pub(super) fn ranked(
        &self,
        question: &Question,
        chosen: &[(i64, f32)],
        limit: usize,
    ) -> rusqlite::Result<Vec<Found>> {
        let mut read = Vec::with_capacity(chosen.len());
        for &(id, first) in chosen {
            if let Some(found) = self.load(id)? {
                let passage = &found.passage;
                let text = Occurrences::of(question, &passage.text);
                let above = [
                    Some(found.name.as_str()),
                    found.title.as_deref(),
                    passage.heading.as_deref(),
                    passage.header.as_deref(),
                ];
                let above = above.into_iter().flatten().collect::<Vec<_>>().join("\n");
                let heading = Occurrences::of(question, &above);
                read.push((found, first, text, heading));
            }
        }
        let average = read.iter().map(|(.., text, _)| text.words).sum::<f32>() / read.len().max(1) as f32;
        let total: f32 = question.groups.iter().map(|group| group.value).sum();
        let pairs: f32 = question.follows.iter().map(|&(one, other)| question.pair(one, other)).sum();
        let mut found: Vec<Found> = read
            .into_iter()
            .map(|(found, first, text, heading)| {
                let mut score = 0.0;
                let mut covered = 0.0;
                for (index, group) in question.groups.iter().enumerate() {
                    let (here, above) = (text.counts[index], heading.counts[index]);
                    let length = 1.0 - LENGTH + LENGTH * text.words / average.max(1.0);
                    score += group.value * (here * (SATURATION + 1.0) / (here + SATURATION * length));
                    score += group.value * HEADING * above.min(1.0);
                    covered += group.value * here.max(above).min(1.0);
                }
                let covered = if total > 0.0 { covered / total } else { 0.0 };
                let ordered = if pairs > 0.0 { text.ordered / pairs } else { 0.0 };
                let near = if total > 0.0 { text.near / total } else { 0.0 };
                score *= (1.0 + COVERED * covered * covered)
                    * (1.0 + ORDERED * ordered)
                    * (1.0 + NEAR * near * near);
                // What only a title that is not read here matched keeps its place behind the others.
                let score = f64::from(score) + f64::from(first) * 1e-6;
                Found { score, ..found }
            })
            .collect();
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found.truncate(limit);
        Ok(found)
    }
}

/// What a text has of a question.
struct Occurrences {
    /// Of each group.
    counts: Vec<f32>,
    words: f32,
    /// What the words count that follow each other as they do in the question.
    ordered: f32,
    /// What the words count that are near each other, where they count most.
    near: f32,
}

impl Occurrences {
    fn of(question: &Question, text: &str) -> Self {
        let mut counts = vec![0.0; question.groups.len()];
        let mut words = 0;
        let mut places: Vec<(usize, usize, f32)> = Vec::new();
        let mut seen: Vec<(usize, usize)> = Vec::new();
        let mut before: Option<usize> = None;
        segment(text, |term, kind| {
            let is_word = matches!(kind, Kind::Word | Kind::Pair);
            words += usize::from(is_word);
            let group = question.terms.get(term).map(|&(group, weight)| {
                counts[group] += weight;
                places.push((words, group, weight * question.groups[group].value));
                group
            });
            if is_word {
                if let (Some(before), Some(group)) = (before, group)
                    && question.follows.contains(&(before, group))
                    && !seen.contains(&(before, group))
                {
                    seen.push((before, group));
                }
                before = group;
            }
        });
        let ordered = seen.into_iter().map(|(before, group)| question.pair(before, group)).sum();
        Self { near: nearest(&places, counts.len()), counts, words: words as f32, ordered }
    }
}

/// The most that different groups count whose places are near each other. A place has its number, its group and what it counts.
fn nearest(places: &[(usize, usize, f32)], groups: usize) -> f32 {
    let mut inside = vec![(0_u32, 0.0_f32); groups];
    let (mut first, mut sum, mut most) = (0, 0.0, 0.0_f32);
    for &(at, group, value) in places {
        let (count, counted) = &mut inside[group];
        *count += 1;
        sum += (value - *counted).max(0.0);
        *counted = counted.max(value);
        while at - places[first].0 > APART {
            let (count, counted) = &mut inside[places[first].1];
            *count -= 1;
            if *count == 0 {
                sum -= *counted;
                *counted = 0.0;
            }
            first += 1;
        }
        most = most.max(sum);
    }
    most
}
