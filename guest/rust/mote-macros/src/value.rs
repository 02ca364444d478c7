//! `#[derive(mote::Value)]`.

use crate::attributes::Attributes;
use crate::names::{Case, Taken};
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{
    Data, DataEnum, DeriveInput, Error, Field, Fields, FieldsNamed, Result, Type, Variant, parse_quote,
};

/// How a type is described.
struct Description {
    /// Statements that append to `text`.
    body: TokenStream,
    /// Whether null is one of the values, as an expression.
    nullable: TokenStream,
    /// The types of all parts.
    parts: Vec<Type>,
}

pub fn expand(item: TokenStream) -> Result<TokenStream> {
    let input: DeriveInput = syn::parse2(item)?;
    let Description { body, nullable, parts } = describe(&input)?;
    let ident = &input.ident;
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(::mote::Value));
    }
    let (of_impl, of_type, bounds) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #of_impl ::mote::Value for #ident #of_type #bounds {
            const NULLABLE: bool = #nullable;
            const DEPTH: usize = ::mote::__private::deeper(&[#(<#parts as ::mote::Value>::DEPTH),*]);

            fn describe(text: &mut ::std::string::String) {
                const { assert!(Self::DEPTH > 0) };
                #body
            }
        }
    })
}

fn describe(input: &DeriveInput) -> Result<Description> {
    let attributes = Attributes::of(&input.attrs)?;
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => return choice(input, data, &attributes),
        Data::Union(data) => {
            return Err(Error::new(data.union_token.span(), "a union is no value of a message"));
        }
    };
    match &data.fields {
        Fields::Unit => {
            let body = quote!(text.push_str("null"););
            Ok(Description { body, nullable: quote!(true), parts: Vec::new() })
        }
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => as_its_field(&fields.unnamed[0]),
        Fields::Unnamed(fields) => {
            let why = "a struct has named fields, or a single one: types of messages have no tuples";
            Err(Error::new(fields.span(), why))
        }
        Fields::Named(fields) if attributes.transparent => {
            let mut all = Vec::new();
            for field in &fields.named {
                if !Attributes::of(&field.attrs)?.skip {
                    all.push(field);
                }
            }
            match all[..] {
                [only] => as_its_field(only),
                _ => Err(Error::new(fields.span(), "a transparent struct has one field")),
            }
        }
        Fields::Named(fields) => {
            let mut parts = Vec::new();
            let body = named(fields, attributes.rename_all.as_deref(), &mut parts)?;
            Ok(Description { body, nullable: quote!(false), parts })
        }
    }
}

fn as_its_field(field: &Field) -> Result<Description> {
    let (ty, body) = field_type(field, &Attributes::of(&field.attrs)?);
    Ok(Description { body, nullable: quote!(<#ty as ::mote::Value>::NULLABLE), parts: vec![ty] })
}

/// The type that stands for a field's own, and what describes it.
fn field_type(field: &Field, attributes: &Attributes) -> (Type, TokenStream) {
    let ty = if attributes.bytes { parse_quote!(::mote::Bytes) } else { field.ty.clone() };
    let body = quote!(<#ty as ::mote::Value>::describe(text););
    (ty, body)
}

/// The fields of a struct or a variant, in braces.
fn named(fields: &FieldsNamed, rule: Option<&str>, parts: &mut Vec<Type>) -> Result<TokenStream> {
    let (mut body, mut taken, mut separator) = (TokenStream::new(), Taken::default(), "");
    for field in &fields.named {
        let attributes = Attributes::of(&field.attrs)?;
        let (Some(ident), false) = (&field.ident, attributes.skip) else { continue };
        let name = attributes.name(ident, rule, Case::Field);
        taken.add(&name, ident.span())?;
        let start = format!("{separator}{name}: ");
        let (ty, describe) = field_type(field, &attributes);
        body.extend(quote!(text.push_str(#start); #describe));
        parts.push(ty);
        separator = ", ";
    }
    Ok(quote!(text.push('{'); #body text.push('}');))
}

fn choice(input: &DeriveInput, data: &DataEnum, attributes: &Attributes) -> Result<Description> {
    let (mut body, mut taken, mut parts) = (TokenStream::new(), Taken::default(), Vec::new());
    let mut separator = "";
    for variant in &data.variants {
        let own = Attributes::of(&variant.attrs)?;
        if own.skip {
            continue;
        }
        let name = own.name(&variant.ident, attributes.rename_all.as_deref(), Case::Variant);
        taken.add(&name, variant.ident.span())?;
        let start = format!("{separator}{name}");
        body.extend(quote!(text.push_str(#start);));
        let rule = own.rename_all.as_deref().or(attributes.rename_all_fields.as_deref());
        body.extend(variant_fields(variant, rule, &mut parts)?);
        separator = ", ";
    }
    if separator.is_empty() {
        return Err(Error::new(input.ident.span(), "an enum without variants has no value"));
    }
    let body = quote!(text.push_str("enum {"); #body text.push('}'););
    Ok(Description { body, nullable: quote!(false), parts })
}

fn variant_fields(variant: &Variant, rule: Option<&str>, parts: &mut Vec<Type>) -> Result<TokenStream> {
    match &variant.fields {
        Fields::Unit => Ok(TokenStream::new()),
        Fields::Named(fields) if !fields.named.is_empty() => {
            let fields = named(fields, rule, parts)?;
            Ok(quote!(text.push(' '); #fields))
        }
        Fields::Named(fields) => {
            Err(Error::new(fields.span(), "a variant without fields is written without braces"))
        }
        Fields::Unnamed(fields) => {
            let why = "a variant has named fields or none: types of messages have no tuples";
            Err(Error::new(fields.span(), why))
        }
    }
}
