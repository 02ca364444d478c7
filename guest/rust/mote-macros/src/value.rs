//! `#[derive(mote::Value)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Fields, LitStr, Result};

pub fn expand(item: TokenStream) -> Result<TokenStream> {
    let input: DeriveInput = syn::parse2(item)?;
    if !input.generics.params.is_empty() {
        return Err(Error::new(input.generics.span(), "a type in a signature cannot be generic"));
    }
    let (ident, container) = (&input.ident, Names::of(&input.attrs)?);
    let body = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let inner = &fields.unnamed[0].ty;
                quote!(<#inner as ::mote::Value>::describe(text);)
            }
            fields => describe_fields(fields, container.all.as_deref(), true)?,
        },
        Data::Enum(data) => {
            let mut parts = Vec::new();
            for (i, variant) in data.variants.iter().enumerate() {
                let names = Names::of(&variant.attrs)?;
                let name = names.name(&variant.ident.to_string(), container.all.as_deref(), false);
                let separator = if i > 0 { ", " } else { "" };
                let fields = match &variant.fields {
                    Fields::Unit => quote!(),
                    fields => {
                        let described = describe_fields(fields, names.all.as_deref(), false)?;
                        quote!(text.push(' '); #described)
                    }
                };
                parts.push(quote!(text.push_str(#separator); text.push_str(#name); #fields));
            }
            quote!(text.push_str("enum {"); #(#parts)* text.push('}');)
        }
        Data::Union(data) => return Err(Error::new(data.union_token.span(), "a union is no value")),
    };
    Ok(quote! {
        impl ::mote::Value for #ident {
            fn describe(text: &mut ::std::string::String) {
                #body
            }
        }
    })
}

fn describe_fields(fields: &Fields, all: Option<&str>, of_struct: bool) -> Result<TokenStream> {
    let Fields::Named(named) = fields else {
        let what = if of_struct { "a struct" } else { "a variant" };
        return Err(Error::new(
            fields.span(),
            format!("{what} has named fields: types of messages have no tuples"),
        ));
    };
    let mut parts = Vec::new();
    for (i, field) in named.named.iter().enumerate() {
        let ident = field.ident.as_ref().map_or(String::new(), |ident| ident.to_string());
        let name = Names::of(&field.attrs)?.name(ident.trim_start_matches("r#"), all, true);
        let start = format!("{}{name}: ", if i > 0 { ", " } else { "" });
        let ty = &field.ty;
        parts.push(quote!(text.push_str(#start); <#ty as ::mote::Value>::describe(text);));
    }
    Ok(quote!(text.push('{'); #(#parts)* text.push('}');))
}

/// What serde's attributes say of names.
#[derive(Default)]
struct Names {
    own: Option<String>,
    all: Option<String>,
}

impl Names {
    fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut names = Names::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    names.own = Some(meta.value()?.parse::<LitStr>()?.value());
                } else if meta.path.is_ident("rename_all") {
                    names.all = Some(meta.value()?.parse::<LitStr>()?.value());
                } else if meta.path.is_ident("default") || meta.path.is_ident("deny_unknown_fields") {
                    if meta.input.peek(syn::Token![=]) {
                        meta.value()?.parse::<LitStr>()?;
                    }
                } else {
                    return Err(meta.error("mote::Value does not know this serde attribute"));
                }
                Ok(())
            })?;
        }
        Ok(names)
    }

    fn name(&self, ident: &str, all: Option<&str>, field: bool) -> String {
        match (&self.own, all) {
            (Some(own), _) => own.clone(),
            (None, Some(rule)) => apply(rule, ident, field),
            (None, None) => ident.to_owned(),
        }
    }
}

/// serde's rules: fields are written in snake_case, variants in PascalCase.
fn apply(rule: &str, ident: &str, field: bool) -> String {
    let words: Vec<String> = if field {
        ident.split('_').map(str::to_lowercase).collect()
    } else {
        let mut words: Vec<String> = Vec::new();
        for c in ident.chars() {
            if c.is_uppercase() || words.is_empty() {
                words.push(String::new());
            }
            words.last_mut().expect("there is one").extend(c.to_lowercase());
        }
        words
    };
    let capitalized = |word: &String| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    };
    match rule {
        "lowercase" => words.concat(),
        "UPPERCASE" => words.concat().to_uppercase(),
        "PascalCase" => words.iter().map(capitalized).collect(),
        "camelCase" => {
            words.iter().enumerate().map(|(i, w)| if i == 0 { w.clone() } else { capitalized(w) }).collect()
        }
        "snake_case" => words.join("_"),
        "SCREAMING_SNAKE_CASE" => words.join("_").to_uppercase(),
        "kebab-case" => words.join("-"),
        "SCREAMING-KEBAB-CASE" => words.join("-").to_uppercase(),
        _ => ident.to_owned(), // serde refuses it
    }
}
