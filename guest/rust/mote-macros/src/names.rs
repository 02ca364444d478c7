//! Names of the type language, and serde's rules for making them.

use proc_macro2::Span;
use std::collections::HashSet;
use syn::{Error, Ident, Result};

const LONGEST: usize = 255;

/// Refuses what the type language does not have as a name.
pub fn require_name(name: &str, span: Span) -> Result<()> {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if starts && name.chars().all(goes_on) && name.len() <= LONGEST {
        return Ok(());
    }
    let rule = "a letter or _, then letters, digits, _ - and ., at most 255, of ASCII";
    Err(Error::new(span, format!("`{name}` is no name of Mote's type language: {rule}")))
}

/// Names that are there already.
#[derive(Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    pub fn add(&mut self, name: &str, span: Span) -> Result<()> {
        require_name(name, span)?;
        if self.0.insert(name.to_owned()) {
            return Ok(());
        }
        Err(Error::new(span, format!("`{name}` is there twice")))
    }
}

/// The name that an identifier has outside of Rust.
pub fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

/// What an identifier is in Rust, which decides on how it is taken apart.
#[derive(Clone, Copy)]
pub enum Case {
    /// A field: snake_case.
    Field,
    /// A variant: PascalCase.
    Variant,
}

/// A name by one of serde's rules; as it is by none that serde knows, which serde refuses.
pub fn rename(rule: &str, ident: &str, case: Case) -> String {
    let words = match case {
        Case::Field => ident.split('_').map(str::to_owned).collect(),
        Case::Variant => humps(ident),
    };
    let lower = |words: &[String], separator: &str| words.join(separator).to_ascii_lowercase();
    let upper = |words: &[String], separator: &str| words.join(separator).to_ascii_uppercase();
    match rule {
        "lowercase" => match case {
            Case::Field => ident.to_owned(), // as serde has it
            Case::Variant => ident.to_ascii_lowercase(),
        },
        "UPPERCASE" => ident.to_ascii_uppercase(),
        "PascalCase" => words.iter().map(|word| capitalized(word)).collect(),
        "camelCase" => {
            let pascal: String = words.iter().map(|word| capitalized(word)).collect();
            let (first, rest) = pascal.split_at(pascal.len().min(1));
            first.to_ascii_lowercase() + rest
        }
        "snake_case" => match case {
            Case::Field => ident.to_owned(),
            Case::Variant => lower(&words, "_"),
        },
        "SCREAMING_SNAKE_CASE" => upper(&words, "_"),
        "kebab-case" => match case {
            Case::Field => ident.replace('_', "-"),
            Case::Variant => lower(&words, "-"),
        },
        "SCREAMING-KEBAB-CASE" => upper(&words, "-"),
        _ => ident.to_owned(),
    }
}

/// The words of a name in PascalCase: each upper-case letter begins one.
fn humps(ident: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in ident.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}
