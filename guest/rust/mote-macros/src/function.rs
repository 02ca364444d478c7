//! `#[mote::function]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Error, Expr, FnArg, Ident, ItemFn, Lit, MetaNameValue, Pat, Result, ReturnType, Type};

pub fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let function: ItemFn = syn::parse2(item)?;
    refuse(&function)?;
    let ident = &function.sig.ident;
    let name = name(attribute, ident)?;
    let parameters = function.sig.inputs.iter().map(parameter).collect::<Result<Vec<_>>>()?;
    let (idents, types): (Vec<&Ident>, Vec<&Type>) = parameters.into_iter().unzip();
    let names: Vec<String> = idents.iter().map(|ident| ident.to_string()).collect();
    let (result, call) = match &function.sig.output {
        ReturnType::Default => (quote!(()), quote!(#ident(#(#idents),*))),
        ReturnType::Type(_, ty) => match ok_type(ty) {
            Some(ok) => (quote!(#ok), quote!(#ident(#(#idents),*)?)),
            None => (quote!(#ty), quote!(#ident(#(#idents),*))),
        },
    };
    Ok(quote! {
        #function

        ::mote::__private::inventory::submit! {
            ::mote::__private::Function {
                name: #name,
                signature: || ::mote::__private::signature::<#result>(&[
                    #((#names, <#types as ::mote::Value>::describe)),*
                ]),
                call: |arguments| {
                    #(let #idents: #types = arguments.next(#names)?;)*
                    let _ = &arguments;
                    #[allow(clippy::let_unit_value)]
                    let result: #result = #call;
                    ::mote::__private::Outcome::of(&result)
                },
            }
        }
    })
}

fn refuse(function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    let problem = if let Some(asyncness) = &signature.asyncness {
        Some((asyncness.span(), "a guest function cannot be async: it runs to its end when it is called"))
    } else if !signature.generics.params.is_empty() {
        Some((signature.generics.span(), "a guest function cannot be generic: its types are its signature"))
    } else {
        signature.variadic.as_ref().map(|v| (v.span(), "a guest function has a fixed number of parameters"))
    };
    problem.map_or(Ok(()), |(span, message)| Err(Error::new(span, message)))
}

fn name(attribute: TokenStream, ident: &Ident) -> Result<String> {
    if attribute.is_empty() {
        return Ok(ident.to_string());
    }
    let pair: MetaNameValue = syn::parse2(attribute)?;
    match (&pair.value, pair.path.is_ident("name")) {
        (Expr::Lit(literal), true) if matches!(literal.lit, Lit::Str(_)) => {
            let Lit::Str(text) = &literal.lit else { unreachable!() };
            Ok(text.value())
        }
        _ => Err(Error::new(pair.span(), "only name = \"...\" is known here")),
    }
}

fn parameter(argument: &FnArg) -> Result<(&Ident, &Type)> {
    match argument {
        FnArg::Receiver(receiver) => {
            Err(Error::new(receiver.span(), "a guest function is no method: it cannot take self"))
        }
        FnArg::Typed(typed) => match (&*typed.pat, &*typed.ty) {
            (_, Type::Reference(reference)) => Err(Error::new(
                reference.span(),
                "a parameter owns its value: String rather than &str, Vec rather than a slice",
            )),
            (Pat::Ident(pattern), ty) => Ok((&pattern.ident, ty)),
            (pattern, _) => Err(Error::new(pattern.span(), "a parameter needs a name, not a pattern")),
        },
    }
}

/// The first argument of a type that is written `Result<…>`.
fn ok_type(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ok) if last.ident == "Result" => Some(ok),
        _ => None,
    }
}
