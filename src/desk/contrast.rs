//! Where values differ, down to the letter.

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A piece of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stroke {
    /// Its letters.
    pub text: String,
    /// Whether the other values say something else here.
    pub differs: bool,
}

/// Each value in pieces: the first is held against all others, and every other one against the
/// first. A value that is not there is held against nothing, and differs from nothing.
#[must_use]
pub fn contrast(values: &[&str]) -> Vec<Vec<Stroke>> {
    let letters: Vec<Vec<char>> = values.iter().map(|value| value.chars().collect()).collect();
    let mut marks: Vec<Vec<bool>> =
        letters.iter().map(|letters| vec![false; letters.len()]).collect();
    // Somebody without a value says nothing about the others.
    let Some(first) = letters.iter().position(|letters| !letters.is_empty()) else {
        return vec![Vec::new(); values.len()];
    };

    for other in first + 1..letters.len() {
        if letters[other].is_empty() {
            continue;
        }
        for op in capture_diff_slices(Algorithm::Myers, &letters[first], &letters[other]) {
            if matches!(op, DiffOp::Equal { .. }) {
                continue;
            }
            marks[first][op.old_range()].fill(true);
            marks[other][op.new_range()].fill(true);
        }
    }

    letters.iter().zip(&marks).map(|(letters, marks)| strokes(letters, marks)).collect()
}

fn strokes(letters: &[char], marks: &[bool]) -> Vec<Stroke> {
    let mut strokes: Vec<Stroke> = Vec::new();
    for (letter, differs) in letters.iter().zip(marks) {
        match strokes.last_mut().filter(|stroke| stroke.differs == *differs) {
            Some(stroke) => stroke.text.push(*letter),
            None => strokes.push(Stroke { text: letter.to_string(), differs: *differs }),
        }
    }
    strokes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values with what differs in brackets.
    fn shown(values: &[&str]) -> Vec<String> {
        let stroke = |stroke: &Stroke| {
            if stroke.differs { format!("[{}]", stroke.text) } else { stroke.text.clone() }
        };
        contrast(values).iter().map(|strokes| strokes.iter().map(stroke).collect()).collect()
    }

    #[test]
    fn the_letters_that_differ_are_marked_and_no_others() {
        assert_eq!(shown(&["Jansen", "Janssen"]), ["Jansen", "Jans[s]en"]);
        assert_eq!(shown(&["1970-03-05", "1970-03-06"]), ["1970-03-0[5]", "1970-03-0[6]"]);
        assert_eq!(shown(&["Élise", "Elise"]), ["[É]lise", "[E]lise"]);
        assert_eq!(shown(&["Anna", "Anna", "Anne"]), ["Ann[a]", "Anna", "Ann[e]"]);
        assert_eq!(shown(&["", "Anna", "Anne"]), ["", "Ann[a]", "Ann[e]"]);
        assert_eq!(shown(&["Anna", "", "Anna"]), ["Anna", "", "Anna"]);
        assert_eq!(shown(&["", ""]), ["", ""]);
    }
}
