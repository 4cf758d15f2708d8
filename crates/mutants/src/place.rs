//! Where each mutant stands in the syntax: the whole expression whose meaning it changes.
//!
//! cargo-mutants names the characters to replace, such as one operator; to choose while the program runs, the whole expression around
//! them must be written twice. Not here: writing it (see `rewrite`).

use std::collections::BTreeMap;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::Result;
use crate::list::{Kind, Mutant};

/// A mutant, and the part of the file that its replacement takes.
type Part<'a> = (&'a Mutant, Range<usize>);

/// One place of a file and the mutants of it; of two places with the same text the outer one comes first.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    /// Its number in the whole program.
    pub(crate) number: usize,
    /// The text that is chosen; empty where something is put in.
    pub(crate) text: Range<usize>,
    /// What is written there.
    pub(crate) form: Form,
    /// The mutants.
    pub(crate) mutants: Vec<Part<'a>>,
}

/// What is written at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// A choice at the beginning of a function.
    Head,
    /// A new guard of a match arm that has none.
    NewGuard,
    /// The guard of a match arm.
    Guard,
    /// An expression.
    Expression,
}

/// The places of one file, in the order of their text; `next` is the number of the first.
///
/// A mutant without a place stands where no choice can be made while the program runs: in a constant, or in a chain of `let`.
pub(crate) fn places<'a>(text: &str, mutants: &[&'a Mutant], next: usize) -> Result<Vec<Place<'a>>> {
    let mut found = Found::default();
    found.visit_file(&syn::parse_file(text)?);
    let lines = line_starts(text);
    let mut places: BTreeMap<(usize, Form, usize), Vec<Part>> = BTreeMap::new();
    for mutant in mutants {
        let part = offset(text, &lines, mutant.position)..offset(text, &lines, mutant.end);
        let place = match mutant.kind {
            Kind::Function => Some((Form::Head, part.start..part.start)),
            kind => found.of(kind, part.start),
        };
        if let Some((form, place)) = place {
            // Larger first: the reverse of the end orders an outer expression before the inner ones that begin with it.
            let key = (place.start, form, usize::MAX - place.end);
            places.entry(key).or_default().push((mutant, part));
        }
    }
    let places = places.into_iter().enumerate().map(|(index, ((start, form, end), mutants))| Place {
        number: next + index,
        text: start..usize::MAX - end,
        form,
        mutants,
    });
    Ok(places.collect())
}

/// What stands where, by the offset of the operator, the arm or the field.
#[derive(Default)]
struct Found {
    operators: BTreeMap<usize, Range<usize>>,
    guards: BTreeMap<usize, Range<usize>>,
    arms: BTreeMap<usize, (Form, Range<usize>)>,
    fields: BTreeMap<usize, Range<usize>>,
}

impl Found {
    fn of(&self, kind: Kind, at: usize) -> Option<(Form, Range<usize>)> {
        match kind {
            Kind::Function => None,
            Kind::Binary | Kind::Unary => self.operators.get(&at).map(|text| (Form::Expression, text.clone())),
            Kind::Field => self.fields.get(&at).map(|text| (Form::Expression, text.clone())),
            Kind::Guard => self.guards.get(&at).map(|text| (Form::Guard, text.clone())),
            Kind::Arm => self.arms.get(&at).cloned(),
        }
    }
}

impl<'a> Visit<'a> for Found {
    fn visit_expr_binary(&mut self, binary: &'a syn::ExprBinary) {
        if !holds_let(&binary.left) && !holds_let(&binary.right) {
            self.operators.insert(binary.op.span().byte_range().start, binary.span().byte_range());
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'a syn::ExprUnary) {
        self.operators.insert(unary.op.span().byte_range().start, unary.span().byte_range());
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_struct(&mut self, expression: &'a syn::ExprStruct) {
        for field in &expression.fields {
            self.fields.insert(field.span().byte_range().start, expression.span().byte_range());
        }
        visit::visit_expr_struct(self, expression);
    }

    fn visit_expr_match(&mut self, expression: &'a syn::ExprMatch) {
        let all = expression.arms.iter().any(|arm| arm.guard.is_none() && catches_all(&arm.pat));
        for arm in &expression.arms {
            let start = arm.span().byte_range().start;
            if let Some((_, guard)) = &arm.guard {
                let guard = guard.span().byte_range();
                self.guards.insert(guard.start, guard.clone());
                self.arms.insert(start, (Form::Guard, guard));
            } else if all {
                let end = arm.pat.span().byte_range().end;
                self.arms.insert(start, (Form::NewGuard, end..end));
            }
        }
        visit::visit_expr_match(self, expression);
    }

    // What is computed while compiling cannot look at the environment.
    fn visit_item_const(&mut self, _: &'a syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'a syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'a syn::ImplItemConst) {}
}

/// Without such an arm, a match is no longer complete when another arm is left out.
fn catches_all(pattern: &syn::Pat) -> bool {
    matches!(pattern, syn::Pat::Wild(_))
        || matches!(pattern, syn::Pat::Ident(name) if name.subpat.is_none() && name.ident.to_string().starts_with(char::is_lowercase))
}

fn holds_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => holds_let(&binary.left) || holds_let(&binary.right),
        _ => false,
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// The offset of a line and column, both counted from 1, the column in characters.
fn offset(text: &str, lines: &[usize], (line, column): (usize, usize)) -> usize {
    let (line, column) = (line.saturating_sub(1), column.saturating_sub(1));
    let start = lines.get(line).copied().unwrap_or(text.len());
    let rest = text.get(start..).unwrap_or_default();
    start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
}
