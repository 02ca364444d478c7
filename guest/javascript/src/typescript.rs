//! Types are taken away: what is left are the same characters at the same places, with spaces for types.

use crate::Failure;
use std::sync::{Arc, Mutex};
use swc_common::errors::{DiagnosticBuilder, Emitter, HANDLER, Handler};
use swc_common::{GLOBALS, SourceMap, sync::Lrc};
use swc_ts_fast_strip::{Options, operate};

/// JavaScript of TypeScript.
pub(crate) fn strip(name: &str, source: String) -> Result<String, Failure> {
    let map: Lrc<SourceMap> = Lrc::default();
    let first = Arc::new(Mutex::new(None));
    let handler =
        Handler::with_emitter(true, false, Box::new(First { map: map.clone(), found: first.clone() }));
    let options = Options { module: Some(true), filename: Some(name.to_owned()), ..Options::default() };
    let stripped = GLOBALS.set(&swc_common::Globals::new(), || {
        HANDLER.set(&handler, || operate(&map, &handler, source, options))
    });
    stripped.map(|output| output.code).map_err(|error| {
        let found = first.lock().ok().and_then(|mut found| found.take());
        match found {
            Some((message, place)) => {
                let stack =
                    place.map(|(line, column)| format!("    at {name}:{line}:{column}")).unwrap_or_default();
                Failure { message: format!("SyntaxError: {message}"), stack }
            }
            None => Failure::new(format!("SyntaxError: {error} ({name})")),
        }
    })
}

type Found = (String, Option<(usize, usize)>);

/// Keeps what is said first, with line and column.
struct First {
    map: Lrc<SourceMap>,
    found: Arc<Mutex<Option<Found>>>,
}

impl Emitter for First {
    fn emit(&mut self, diagnostic: &mut DiagnosticBuilder<'_>) {
        let place = diagnostic.span.primary_span().map(|span| {
            let place = self.map.lookup_char_pos(span.lo());
            (place.line, place.col.0 + 1)
        });
        if let Ok(mut found) = self.found.lock() {
            found.get_or_insert_with(|| (diagnostic.message(), place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_where_it_was() {
        let source = "interface A { a: string }\nexport const f = <T,>(a: T, b?: number): T => a as T;\n";
        let stripped = strip("a.ts", source.into()).unwrap();
        assert_eq!(stripped.len(), source.len());
        assert_eq!(stripped.lines().count(), 2);
        assert_eq!(stripped.lines().next().unwrap().trim(), ";");
        assert_eq!(stripped.find("=> a"), source.find("=> a"));
    }

    #[test]
    fn what_is_more_than_types_is_an_error_that_says_where() {
        let failure = strip("lib/b.ts", "const a = 1;\n  enum Color { Red }\n".into()).unwrap_err();
        assert_eq!(failure.message, "SyntaxError: TypeScript enum is not supported in strip-only mode");
        assert_eq!(failure.stack, "    at lib/b.ts:2:3");
    }

    #[test]
    fn errors_of_syntax_say_where() {
        let failure = strip("c.ts", "let a: number = 1;\nlet b: = 3;\n".into()).unwrap_err();
        assert!(failure.message.starts_with("SyntaxError: Unexpected token `=`"), "{}", failure.message);
        assert_eq!(failure.stack, "    at c.ts:2:8");
    }
}
