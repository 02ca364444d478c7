//! Where an import is that fails: the engine does not say it.

use super::files::{Files, folder, join};
use crate::Failure;

/// Where a file mentions a specifier, as a frame of a stack.
pub(super) fn place_of(files: &Files, name: &str, specifier: &str) -> Option<String> {
    let text = files.read(name).ok()?;
    let (at, _) = specifiers(&text).find(|(_, found)| *found == specifier)?;
    Some(frame(name, &text, at))
}

/// What is to be said of the engine's message that a module does not export something; none if it is another message.
pub(super) fn explain(files: &Files, message: &str) -> Option<Failure> {
    let (export, rest) = message.strip_prefix("Could not find export '")?.split_once("' in module '")?;
    let module = rest.strip_suffix('\'')?;
    let (stack, importer) = files.loaded().iter().find_map(|name| {
        let text = files.read(name).ok()?;
        let at = specifiers(&text).find_map(|(at, specifier)| {
            let meant = files.find(&join(folder(name), specifier))?;
            (meant == module).then(|| mention(&text[..at], export)).flatten()
        })?;
        Some((frame(name, &text, at), name.clone()))
    })?;
    let hint = match importer.rsplit_once('.') {
        Some((_, "ts" | "mts")) => "; if it is a type: `import type`",
        _ => "",
    };
    Some(Failure { message: format!("SyntaxError: {module} has no export '{export}'{hint}"), stack })
}

/// Where an import that ends here has a name; where it begins, if that is `default`.
fn mention(text: &str, name: &str) -> Option<usize> {
    let start = text.rfind("import").max(text.rfind("export"))?;
    if name == "default" {
        return Some(start);
    }
    let part_of_a_name =
        |character: char| character.is_alphanumeric() || character == '_' || character == '$';
    text[start..].match_indices(name).map(|(at, _)| start + at).find(|at| {
        !text[..*at].ends_with(part_of_a_name) && !text[at + name.len()..].starts_with(part_of_a_name)
    })
}

/// All that stands in quotation marks on one line, with the place of its first mark.
fn specifiers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(['\'', '"']).filter_map(|(at, mark)| {
        let line = text[at + 1..].lines().next()?;
        line.split_once(mark).map(|(inside, _)| (at, inside))
    })
}

fn frame(name: &str, text: &str, at: usize) -> String {
    let before = &text[..at];
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("    at {name}:{}:{column}", before.matches('\n').count() + 1)
}
