//! Writes a file with all its mutants inside, and remembers where each one's own text stands.
//!
//! Only one mutant is at work at a time: the text of a mutant is the original with its replacement, and only the text that is chosen when
//! none of these is at work holds the choices further in. Not here: which texts these are (see `place`).

use std::fmt::Write as _;
use std::ops::Range;

use crate::place::{Form, Place};

/// A file with choices.
pub(crate) struct Rewritten {
    /// The whole text.
    pub(crate) text: String,
    /// The text of each mutant in it.
    pub(crate) mutants: Vec<(usize, Range<usize>)>,
}

impl Rewritten {
    /// The mutant whose text this is part of.
    pub(crate) fn at(&self, offset: usize) -> Option<usize> {
        self.mutants.iter().find(|(_, text)| text.contains(&offset)).map(|(id, _)| *id)
    }
}

/// Writes the places, in the order of their text, into the original.
pub(crate) fn rewrite(original: &str, places: &[Place]) -> Rewritten {
    let mut writer = Writer { original, places, out: Rewritten { text: String::new(), mutants: Vec::new() } };
    writer.write(0..original.len());
    writer.out
}

struct Writer<'a> {
    original: &'a str,
    places: &'a [Place<'a>],
    out: Rewritten,
}

impl<'a> Writer<'a> {
    /// The original text of this part with every place in it that has not been written yet.
    fn write(&mut self, part: Range<usize>) {
        let mut from = part.start;
        while let Some((place, rest)) = self.places.split_first() {
            if place.text.start < from || place.text.end > part.end {
                break;
            }
            self.places = rest;
            self.copy(from..place.text.start);
            self.place(place);
            from = place.text.end;
        }
        self.copy(from..part.end);
    }

    fn place(&mut self, place: &Place<'a>) {
        let choice = format!("match crate::mutated::at({})", place.number);
        match place.form {
            Form::Head => {
                self.push(&format!("{choice} {{ "));
                for (mutant, _) in &place.mutants {
                    self.push(&format!("{} => return ", mutant.id));
                    self.mutant(mutant.id, &mutant.replacement);
                    self.push(", ");
                }
                self.push("_ => {} } ");
            }
            Form::NewGuard => {
                let ids: Vec<String> = place.mutants.iter().map(|(mutant, _)| mutant.id.to_string()).collect();
                self.push(&format!(" if !matches!(crate::mutated::at({}), {})", place.number, ids.join(" | ")));
            }
            Form::Guard | Form::Expression => {
                self.push(&format!("({choice} {{ "));
                for (mutant, part) in &place.mutants {
                    self.push(&format!("{} => ", mutant.id));
                    let text = self.replaced(place, part, &mutant.replacement);
                    self.mutant(mutant.id, &text);
                    self.push(", ");
                }
                self.push("_ => ");
                self.write(place.text.clone());
                self.push(" })");
            }
        }
    }

    /// The text of a place with the replacement in it; a guard whose whole arm is left out is never true.
    fn replaced(&self, place: &Place, part: &Range<usize>, replacement: &str) -> String {
        if part.start < place.text.start || part.end > place.text.end {
            return "false".to_owned();
        }
        let text = |range: Range<usize>| self.original.get(range).unwrap_or_default();
        let mut whole = String::new();
        let _ = write!(whole, "{}{replacement}{}", text(place.text.start..part.start), text(part.end..place.text.end));
        whole
    }

    fn mutant(&mut self, id: usize, text: &str) {
        let start = self.out.text.len();
        self.push(text);
        self.out.mutants.push((id, start..self.out.text.len()));
    }

    fn copy(&mut self, part: Range<usize>) {
        self.out.text.push_str(self.original.get(part).unwrap_or_default());
    }

    fn push(&mut self, text: &str) {
        self.out.text.push_str(text);
    }
}
