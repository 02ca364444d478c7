//! The interfaces of the web: each file in `web/` tests some of them, in JavaScript.

use mote::Any;
use mote_js::Function;
use std::path::Path;

#[test]
fn they_are_as_they_should_be() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.retain(|name| name.to_string_lossy().ends_with(".test.js"));
    assert!(files.len() >= 9, "{files:?}");
    let mut failures = Vec::new();
    for file in files {
        let name = file.to_string_lossy().into_owned();
        let function =
            Function::start_in(&folder, Path::new(&file), 1 << 20).unwrap_or_else(|e| panic!("{name}: {e}"));
        let report = function.call("handle", vec![]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(report.get("count").is_some_and(|count| *count != Any::Int(0)), "{name} has no tests");
        let Some(Any::List(failed)) = report.get("failures") else { panic!("{name}: {report:?}") };
        failures.extend(failed.iter().map(|failure| format!("{name}: {}", failure.to::<String>().unwrap())));
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
