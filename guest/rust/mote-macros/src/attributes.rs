//! What serde's attributes say of the shape of a value.

use crate::names::{Case, plain, rename};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Result, Token, parenthesized, token};

/// The attributes of a type, a variant or a field.
#[derive(Default)]
pub struct Attributes {
    rename: Option<String>,
    pub rename_all: Option<String>,
    pub rename_all_fields: Option<String>,
    pub skip: bool,
    pub transparent: bool,
    /// `with = "serde_bytes"`.
    pub bytes: bool,
}

impl Attributes {
    pub fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut said = Attributes::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| said.add(&meta))?;
        }
        Ok(said)
    }

    fn add(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
        match name.as_str() {
            "rename" => self.rename = Some(text(meta)?),
            "rename_all" => self.rename_all = Some(text(meta)?),
            "rename_all_fields" => self.rename_all_fields = Some(text(meta)?),
            "skip" => self.skip = true,
            "transparent" => self.transparent = true,
            "with" => self.add_with(meta)?,
            // A value has the same shape with them.
            "default"
            | "alias"
            | "bound"
            | "borrow"
            | "crate"
            | "deny_unknown_fields"
            | "expecting"
            | "skip_serializing_if" => pass_over(meta)?,
            _ => {
                return Err(
                    meta.error(format!("mote::Value does not know what serde's `{name}` makes of a value"))
                );
            }
        }
        Ok(())
    }

    fn add_with(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let with: LitStr = meta.value()?.parse()?;
        if with.value() != "serde_bytes" {
            let why =
                "mote::Value does not know what this makes of a value; of `with` it knows \"serde_bytes\"";
            return Err(syn::Error::new(with.span(), why));
        }
        self.bytes = true;
        Ok(())
    }

    /// The name of the thing that has them, by its own attribute or by a rule of what it is in.
    pub fn name(&self, ident: &Ident, rule: Option<&str>, case: Case) -> String {
        let name = plain(ident);
        match (&self.rename, rule) {
            (Some(own), _) => own.clone(),
            (None, Some(rule)) => rename(rule, &name, case),
            (None, None) => name,
        }
    }
}

fn text(meta: &ParseNestedMeta<'_>) -> Result<String> {
    if meta.input.peek(token::Paren) {
        let both = "mote::Value needs one name for writing and reading: `rename = \"…\"`";
        return Err(syn::Error::new(meta.path.span(), both));
    }
    Ok(meta.value()?.parse::<LitStr>()?.value())
}

fn pass_over(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(token::Paren) {
        let content;
        parenthesized!(content in meta.input);
        content.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}
