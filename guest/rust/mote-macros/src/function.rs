//! `#[mote::function]`.

use crate::names::{Taken, plain};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, Ident, ItemFn, Lit, MetaNameValue, Pat, Result, ReturnType,
    Safety, Type,
};

pub fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let function: ItemFn = syn::parse2(item)?;
    refuse(&function)?;
    let ident = &function.sig.ident;
    let name = name(attribute, ident)?;
    let (mut taken, mut names, mut types) = (Taken::default(), Vec::new(), Vec::new());
    for argument in &function.sig.inputs {
        let (ident, ty) = parameter(argument)?;
        let name = plain(ident);
        taken.add(&name, ident.span())?;
        names.push(name);
        types.push(ty);
    }
    // Names of the macro's own, so that none of the function's is in the way.
    let values: Vec<Ident> = (0..types.len()).map(|i| format_ident!("__argument_{i}")).collect();
    let cfg: Vec<&Attribute> = function.attrs.iter().filter(|a| a.path().is_ident("cfg")).collect();
    let never: Type = syn::parse_quote!(());
    let result = match &function.sig.output {
        ReturnType::Type(_, ty) if !matches!(**ty, Type::Never(_)) => &**ty,
        _ => &never,
    };
    // An error of a type is shown at the type.
    let at = |ty: &Type| ty.span().resolved_at(Span::call_site());
    let reads: Vec<TokenStream> = types
        .iter()
        .zip(&names)
        .map(|(ty, name)| quote_spanned!(at(ty)=> __arguments.next::<#ty>(#name)?))
        .collect();
    Ok(quote! {
        #function

        #(#cfg)*
        ::mote::__private::inventory::submit! {
            ::mote::__private::Function {
                name: #name,
                signature: || ::mote::__private::signature::<#result>(&[
                    #((#names, <#types as ::mote::Value>::describe)),*
                ]),
                #[allow(unreachable_code, unused_mut, clippy::unit_arg)]
                call: |mut __arguments| {
                    #(let #values = #reads;)*
                    __arguments.end()?;
                    ::mote::__private::result::<#result>(#ident(#(#values),*))
                },
            }
        }
    })
}

/// What is no function that can be called from outside.
fn refuse(function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    let refused = |span: Span, why| Err(Error::new(span, why));
    if let Some(asyncness) = &signature.asyncness {
        return refused(
            asyncness.span(),
            "a guest function cannot be async: it runs to its end when it is called",
        );
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        return refused(
            unsafety.span(),
            "a guest function cannot be unsafe: the host calls it with any values",
        );
    }
    if !signature.generics.params.is_empty() {
        let why = "a guest function cannot be generic: its types are its signature";
        return refused(signature.generics.span(), why);
    }
    match &signature.variadic {
        Some(variadic) => refused(variadic.span(), "a guest function has a fixed number of parameters"),
        None => Ok(()),
    }
}

fn name(attribute: TokenStream, ident: &Ident) -> Result<String> {
    if attribute.is_empty() {
        return Ok(plain(ident));
    }
    let span = attribute.span();
    let pair = syn::parse2::<MetaNameValue>(attribute).ok().filter(|pair| pair.path.is_ident("name"));
    match pair.map(|pair| pair.value) {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(name), .. })) if !name.value().is_empty() => Ok(name.value()),
        _ => Err(Error::new(span, "only `name = \"…\"` can be said here")),
    }
}

fn parameter(argument: &FnArg) -> Result<(&Ident, &Type)> {
    let typed = match argument {
        FnArg::Typed(typed) => typed,
        FnArg::Receiver(receiver) => {
            return Err(Error::new(receiver.span(), "a guest function is no method: it cannot take self"));
        }
    };
    let ident = match &*typed.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => &pattern.ident,
        pattern => {
            let why = "a parameter has a name here, which is its name in the signature, and no pattern";
            return Err(Error::new(pattern.span(), why));
        }
    };
    match &*typed.ty {
        Type::Reference(reference) => Err(Error::new(
            reference.span(),
            "a parameter owns its value: `String` rather than `&str`, `Vec<T>` rather than `&[T]`",
        )),
        Type::ImplTrait(generic) => {
            Err(Error::new(generic.span(), "a guest function cannot be generic: its types are its signature"))
        }
        ty => Ok((ident, ty)),
    }
}
