//! Files below the root, by the names that modules have.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

/// What is tried behind a path that is no file.
const ENDINGS: [&str; 8] = [".js", ".mjs", ".ts", ".mts", "/index.js", "/index.mjs", "/index.ts", ".json"];

/// What TypeScript's own compiler takes a name for.
const WRITTEN_AS: [(&str, &str); 2] = [(".js", ".ts"), (".mjs", ".mts")];

#[derive(Clone)]
pub(crate) struct Files {
    root: Rc<Path>,
    loaded: Rc<RefCell<Vec<String>>>,
    /// Whether packages say that they have ES modules, by their folders.
    packages: Rc<RefCell<HashMap<String, bool>>>,
}

impl Files {
    pub(crate) fn new(root: &Path) -> Self {
        Files { root: root.into(), loaded: Rc::default(), packages: Rc::default() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// That a file was loaded as a module.
    pub(super) fn remember(&self, name: &str) {
        self.loaded.borrow_mut().push(name.to_owned());
    }

    pub(super) fn loaded(&self) -> Vec<String> {
        self.loaded.borrow().clone()
    }

    /// What was found out of a package, which is asked for each of its files.
    pub(super) fn package<E>(
        &self,
        home: &str,
        find_out: impl FnOnce() -> Result<bool, E>,
    ) -> Result<bool, E> {
        if let Some(known) = self.packages.borrow().get(home) {
            return Ok(*known);
        }
        let found = find_out()?;
        self.packages.borrow_mut().insert(home.to_owned(), found);
        Ok(found)
    }

    /// The name of a folder without links, as package managers set some.
    pub(super) fn real(&self, name: String) -> String {
        let path = self.path(&name);
        if !path.is_symlink() {
            return name;
        }
        match (self.root.canonicalize(), path.canonicalize()) {
            (Ok(root), Ok(real)) => name_of(&root, &real),
            _ => name,
        }
    }

    pub(super) fn exists(&self, name: &str) -> bool {
        self.path(name).is_file()
    }

    /// The file that a path means: that of the name, or with one of the endings.
    pub(super) fn find(&self, path: &str) -> Option<String> {
        let path = path.strip_suffix('/').unwrap_or(path);
        if self.exists(path) {
            return Some(path.to_owned());
        }
        let with_endings = ENDINGS.iter().map(|ending| format!("{path}{ending}"));
        let written = WRITTEN_AS
            .iter()
            .filter_map(|(said, meant)| Some(format!("{}{meant}", path.strip_suffix(said)?)));
        with_endings.chain(written).find(|name| self.exists(name))
    }

    /// The text of a file, or what is wrong with it.
    pub(super) fn read(&self, name: &str) -> Result<String, String> {
        let bytes = std::fs::read(self.path(name)).map_err(|error| format!("Cannot read {name}: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8"))?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }
}

/// The name of a file of the author's: relative to the root if it is below.
pub(crate) fn name_of(root: &Path, file: &Path) -> String {
    let whole = root.join(file);
    let normal: PathBuf = whole.components().filter(|part| *part != Component::CurDir).collect();
    normal.strip_prefix(root).unwrap_or(&normal).to_string_lossy().into_owned()
}

/// What is before the last slash of a name.
pub(super) fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}

/// A path as it is seen from a folder, without `.` and `..` where that is possible.
pub(super) fn join(folder: &str, path: &str) -> String {
    let whole =
        if path.starts_with('/') || folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => (),
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if whole.starts_with('/') => (),
            part => parts.push(part),
        }
    }
    let root = if whole.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_their_folder() {
        for (folder, path, expected) in [
            ("", "./a.js", "a.js"),
            ("lib", "./a.js", "lib/a.js"),
            ("lib/deep", "../a.js", "lib/a.js"),
            ("lib", "../../a.js", "../a.js"),
            ("..", "../a", "../../a"),
            ("/x/y", "../a.js", "/x/a.js"),
            ("/", "../../a.js", "/a.js"),
            ("lib", "/a//b/./c.js", "/a/b/c.js"),
        ] {
            assert_eq!(join(folder, path), expected, "{folder} {path}");
        }
    }

    #[test]
    fn names_are_relative_to_the_root_if_they_are_below() {
        let root = Path::new("/function");
        assert_eq!(name_of(root, Path::new("index.js")), "index.js");
        assert_eq!(name_of(root, Path::new("./src/index.js")), "src/index.js");
        assert_eq!(name_of(root, Path::new("/function/a.ts")), "a.ts");
        assert_eq!(name_of(root, Path::new("/other/a.ts")), "/other/a.ts");
    }

    #[test]
    fn folders_are_what_is_before_the_last_slash() {
        assert_eq!(["a.js", "b/a.js", "/a.js", "/b/a.js"].map(folder), ["", "b", "/", "/b"]);
    }
}
