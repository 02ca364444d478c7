//! Modules: which file an `import` means, and what is in it.
//!
//! The name of a module is the path of its file, relative to the root if it is below: stacks have it.

mod files;
mod imports;
mod packages;

use crate::native::Native;
use crate::{Failure, typescript, web};
pub(crate) use files::{Files, name_of};
use rquickjs::function::Constructor;
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::{Declared, Evaluated};
use rquickjs::object::Property;
use rquickjs::{Ctx, Error, Exception, Module, Object, Promise, Result};

/// Of the names of modules of this program. Only those may import them.
const OWN: &str = "mote:";

pub(crate) struct Modules {
    files: Files,
}

impl Modules {
    pub(crate) fn new(files: Files) -> Self {
        Modules { files }
    }
}

impl Resolver for Modules {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        specifier: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        if base.starts_with(OWN) {
            return Ok(specifier.strip_prefix("./").map_or(specifier.into(), |name| format!("{OWN}{name}")));
        }
        find(ctx, &self.files, base, specifier).map_err(|message| {
            let stack = imports::place_of(&self.files, base, specifier).unwrap_or_default();
            throw(ctx, "Error", &Failure { message, stack })
        })
    }
}

/// The module that a specifier means, or why there is none.
fn find(ctx: &Ctx<'_>, files: &Files, base: &str, specifier: &str) -> std::result::Result<String, String> {
    let missing = |why: &str| format!("Cannot find '{specifier}', which {base} imports{why}");
    let path = specifier.strip_prefix("file://").unwrap_or(specifier);
    if path.starts_with('/') || path.split('/').next().is_some_and(|first| first == "." || first == "..") {
        return files.find(&files::join(files::folder(base), path)).ok_or_else(|| missing(""));
    }
    if let Some((scheme, _)) = specifier.split_once(':') {
        return Err(missing(&format!(": there are no modules of the kind '{scheme}:' here")));
    }
    packages::find(ctx, files, base, specifier)?
        .ok_or_else(|| missing(": there is no such package in node_modules"))
}

impl Loader for Modules {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if name == "mote:native" {
            return Module::declare_def::<Native, _>(ctx.clone(), name);
        }
        if let Some(source) = web::source(name) {
            return Module::declare(ctx.clone(), name, source);
        }
        let kind = attributes.map(|attributes| attributes.get_type()).transpose()?.flatten();
        load(ctx, &self.files, name, kind.as_deref())
    }
}

/// A file as a module: JavaScript, or what else its name or `with { type: … }` says.
pub(crate) fn load<'js>(
    ctx: &Ctx<'js>,
    files: &Files,
    name: &str,
    kind: Option<&str>,
) -> Result<Module<'js, Declared>> {
    let source = files.read(name).map_err(|message| throw(ctx, "Error", &Failure::new(message)))?;
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let code = match (kind, extension) {
        (Some("text"), _) => text_module(ctx, &source)?,
        (Some("json"), _) | (None, "json") => json_module(ctx, name, &source)?,
        (Some(kind), _) => {
            return Err(throw(
                ctx,
                "TypeError",
                &Failure::new(format!("There are no modules of the type '{kind}' ({name})")),
            ));
        }
        (None, "ts" | "mts") => {
            typescript::strip(name, source).map_err(|failure| throw(ctx, "SyntaxError", &failure))?
        }
        (None, "jsx" | "tsx" | "cts") => {
            let message = format!("{name}: files with the extension .{extension} are not supported");
            return Err(throw(ctx, "SyntaxError", &Failure::new(message)));
        }
        (None, _) => {
            packages::require_esm(ctx, files, name, &source)
                .map_err(|message| throw(ctx, "Error", &Failure::new(message)))?;
            source
        }
    };
    files.remember(name);
    let module = Module::declare(ctx.clone(), name, code)?;
    module.meta()?.set("url", format!("file://{}", files.path(name).display()))?;
    Ok(module)
}

/// Evaluates a module and those that it imports: the promise says when they have been.
pub(crate) fn evaluate<'js>(
    ctx: &Ctx<'js>,
    files: &Files,
    module: Module<'js, Declared>,
) -> Result<(Module<'js, Evaluated>, Promise<'js>)> {
    module.eval().map_err(|error| {
        let thrown = ctx.catch();
        // What an import does not find has no place.
        let message = thrown.as_exception().and_then(Exception::message).unwrap_or_default();
        match imports::explain(files, &message) {
            Some(failure) if error.is_exception() => throw(ctx, "SyntaxError", &failure),
            _ => ctx.throw(thrown),
        }
    })
}

fn text_module(ctx: &Ctx<'_>, text: &str) -> Result<String> {
    let literal = ctx.json_stringify(text)?.ok_or(Error::Unknown)?.to_string()?;
    Ok(format!("export default {literal};"))
}

fn json_module(ctx: &Ctx<'_>, name: &str, text: &str) -> Result<String> {
    if ctx.json_parse(text).is_err() {
        let message = ctx.catch().as_exception().and_then(Exception::message).unwrap_or_default();
        return Err(throw(ctx, "SyntaxError", &Failure::new(format!("{name}: {message}"))));
    }
    let literal = ctx.json_stringify(text)?.ok_or(Error::Unknown)?.to_string()?;
    Ok(format!("export default JSON.parse({literal});"))
}

/// Throws an error of a class. Where it happened is a place in a file, and not where the engine is.
fn throw(ctx: &Ctx<'_>, class: &str, failure: &Failure) -> Error {
    fn make<'js>(ctx: &Ctx<'js>, class: &str, failure: &Failure) -> Result<Object<'js>> {
        let constructor: Constructor<'js> = ctx.globals().get(class)?;
        let message = failure.message.strip_prefix(class).and_then(|rest| rest.strip_prefix(": "));
        let message = message.unwrap_or(&failure.message);
        let error: Object<'js> = constructor.construct((message,))?;
        error.prop("stack", Property::from(failure.stack.as_str()).writable().configurable())?;
        Ok(error)
    }
    match make(ctx, class, failure) {
        Ok(error) => ctx.throw(error.into_value()),
        Err(error) => error,
    }
}
