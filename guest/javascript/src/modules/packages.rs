//! Packages in node_modules, as Node finds them: `exports`, else `module` or `main`. Only ES modules can be imported.

use super::files::{Files, folder, join};
use rquickjs::{Ctx, Object, Value};

/// The conditions of `exports` under which a function runs.
const CONDITIONS: [&str; 5] = ["import", "module", "worker", "browser", "default"];

/// The file that a specifier such as `name` or `@scope/name/part` means, if there is such a package; or what is wrong
/// with the package.
pub(super) fn find(
    ctx: &Ctx<'_>,
    files: &Files,
    base: &str,
    specifier: &str,
) -> Result<Option<String>, String> {
    let (package, part) = split(specifier);
    let Some(home) = homes(base, package).find(|home| files.path(home).is_dir()) else { return Ok(None) };
    let home = files.real(home);
    let description = describe(ctx, files, &home)?;
    let exports =
        description.as_ref().and_then(|description| description.get::<_, Value<'_>>("exports").ok());
    if let Some(exports) = exports.filter(|exports| !exports.is_undefined() && !exports.is_null()) {
        let target = exported(&exports, &format!(".{part}")).ok_or_else(|| {
            format!("The package '{package}' does not export '.{part}', which {base} imports")
        })?;
        let name = join(&home, &target);
        return if files.exists(&name) {
            Ok(Some(name))
        } else {
            Err(format!("The package '{package}' has no file {target}"))
        };
    }
    if !part.is_empty() {
        return Ok(files.find(&join(&home, &format!(".{part}"))));
    }
    let said =
        |field: &str| description.as_ref().and_then(|description| description.get::<_, String>(field).ok());
    let main = said("module").or_else(|| said("main")).unwrap_or_else(|| "index.js".into());
    files
        .find(&join(&home, &main))
        .map(Some)
        .ok_or_else(|| format!("The package '{package}' has no file {main}"))
}

/// Name and part of a specifier: `@scope/name/part` are `@scope/name` and `/part`.
fn split(specifier: &str) -> (&str, &str) {
    let slashes = if specifier.starts_with('@') { 1 } else { 0 };
    specifier.match_indices('/').nth(slashes).map_or((specifier, ""), |(at, _)| specifier.split_at(at))
}

/// The folders in which a package can be that a file imports, the nearest first.
fn homes(base: &str, package: &str) -> impl Iterator<Item = String> {
    let package = package.to_owned();
    let mut next = Some(folder(base).to_owned());
    std::iter::from_fn(move || {
        let place = next.take()?;
        next = (!matches!(place.as_str(), "" | "/")).then(|| folder(&place).to_owned());
        Some(join(&place, &format!("./node_modules/{package}")))
    })
}

/// What is in the package.json of a folder.
fn describe<'js>(ctx: &Ctx<'js>, files: &Files, home: &str) -> Result<Option<Object<'js>>, String> {
    let name = join(home, "./package.json");
    if !files.exists(&name) {
        return Ok(None);
    }
    let parsed = ctx.json_parse(files.read(&name)?).map_err(|_| {
        ctx.catch();
        format!("{name} is not JSON")
    })?;
    Ok(parsed.into_object())
}

/// The file that `exports` has for a part, `.` or `./part`.
fn exported(exports: &Value<'_>, part: &str) -> Option<String> {
    let parts = exports.as_object().filter(|object| {
        !object.is_array() && object.keys::<String>().any(|key| key.is_ok_and(|key| key.starts_with('.')))
    });
    let Some(parts) = parts else {
        return (part == ".").then(|| target(exports, "")).flatten();
    };
    if let Some(found) = parts.get::<_, Value<'_>>(part).ok().filter(|value| !value.is_undefined()) {
        return target(&found, "");
    }
    let mut patterns: Vec<(String, Value<'_>)> = parts.props().filter_map(Result::ok).collect();
    patterns.sort_by_key(|(key, _)| std::cmp::Reverse(key.find('*')));
    patterns.into_iter().find_map(|(key, value)| {
        let (before, behind) = key.split_once('*')?;
        let star = part.strip_prefix(before)?.strip_suffix(behind)?;
        target(&value, star)
    })
}

/// The path that something in `exports` is under our conditions, with something for its stars.
fn target(value: &Value<'_>, star: &str) -> Option<String> {
    if let Some(text) = value.as_string() {
        let path = text.to_string().ok()?;
        return path.starts_with("./").then(|| path.replace('*', star));
    }
    if let Some(list) = value.as_array() {
        return list.iter::<Value<'_>>().filter_map(Result::ok).find_map(|value| target(&value, star));
    }
    value
        .as_object()?
        .props::<String, Value<'_>>()
        .filter_map(Result::ok)
        .filter(|(condition, _)| CONDITIONS.contains(&condition.as_str()))
        .find_map(|(_, value)| target(&value, star))
}

/// Says so if a file of a package is CommonJS.
pub(super) fn require_esm(ctx: &Ctx<'_>, files: &Files, name: &str, source: &str) -> Result<(), String> {
    let Some((before, behind)) = name.rsplit_once("node_modules/") else { return Ok(()) };
    if name.ends_with(".mjs") {
        return Ok(());
    }
    let (package, _) = split(behind);
    let home = format!("{before}node_modules/{package}");
    let is_module = files.package(&home, || {
        let kind =
            describe(ctx, files, &home)?.and_then(|description| description.get::<_, String>("type").ok());
        Ok::<_, String>(kind.is_some_and(|kind| kind == "module"))
    })?;
    // Packages for bundlers have ES modules and do not always say so.
    let looks_like = source.lines().any(|line| {
        ["import ", "import{", "import\"", "export ", "export{", "export*"]
            .iter()
            .any(|word| line.contains(word))
    });
    if is_module && !name.ends_with(".cjs") || looks_like {
        return Ok(());
    }
    Err(format!(
        "The package '{package}' is CommonJS ({name}); only ES modules can be imported: bundle it, as by esbuild --format=esm"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rquickjs::{Context, Runtime};

    #[test]
    fn specifiers_have_a_package_and_a_part() {
        assert_eq!(split("hono"), ("hono", ""));
        assert_eq!(split("hono/cors"), ("hono", "/cors"));
        assert_eq!(split("@a/b"), ("@a/b", ""));
        assert_eq!(split("@a/b/c/d"), ("@a/b", "/c/d"));
    }

    #[test]
    fn packages_are_looked_for_from_the_file_upwards() {
        let found: Vec<String> = homes("lib/deep/a.js", "p").collect();
        assert_eq!(found, ["lib/deep/node_modules/p", "lib/node_modules/p", "node_modules/p"]);
        assert_eq!(homes("a.js", "p").collect::<Vec<_>>(), ["node_modules/p"]);
        assert_eq!(homes("/x/a.js", "p").collect::<Vec<_>>(), ["/x/node_modules/p", "/node_modules/p"]);
    }

    #[test]
    fn exports_are_those_of_node() {
        let runtime = Runtime::new().unwrap();
        Context::full(&runtime).unwrap().with(|ctx| {
            for (exports, part, expected) in [
                (r#""./a.js""#, ".", Some("./a.js")),
                (r#""./a.js""#, "./b", None),
                (
                    r#"{"require": "./a.cjs", "import": {"types": "./a.d.ts", "default": "./a.js"}}"#,
                    ".",
                    Some("./a.js"),
                ),
                (r#"{"node": "./n.js", "default": "./d.js"}"#, ".", Some("./d.js")),
                (r#"[{"require": "./a.cjs"}, "./a.js"]"#, ".", Some("./a.js")),
                (r#"{".": "./a.js", "./b": {"import": "./b.js"}}"#, "./b", Some("./b.js")),
                (
                    r#"{".": "./a.js", "./private/*": null, "./*": "./lib/*.js"}"#,
                    "./x/y",
                    Some("./lib/x/y.js"),
                ),
                (r#"{"./*": "./lib/*.js", "./x/*.js": "./other/*.js"}"#, "./x/y.js", Some("./other/y.js")),
                (r#"{".": "../outside.js"}"#, ".", None),
            ] {
                let value = ctx.json_parse(exports).unwrap();
                assert_eq!(exported(&value, part).as_deref(), expected, "{exports} {part}");
            }
        });
    }
}
