//! What the macros refuse, and that they say why.

use quote::quote;

macro_rules! refuses {
    ($($test:ident: $expand:expr, { $($source:tt)* } $reason:literal)*) => {
        $(#[test]
        fn $test() {
            let error = ($expand)(quote!($($source)*)).expect_err("it is taken");
            assert!(error.to_string().contains($reason), "{error}");
        })*
    };
}

fn offer(item: proc_macro2::TokenStream) -> syn::Result<proc_macro2::TokenStream> {
    crate::function::expand(quote!(), item)
}

refuses! {
    async_functions: offer, { async fn f() {} } "cannot be async"
    unsafe_functions: offer, { unsafe fn f() {} } "cannot be unsafe"
    generic_functions: offer, { fn f<T>(x: T) {} } "cannot be generic"
    functions_with_lifetimes: offer, { fn f<'a>(x: P<'a>) {} } "cannot be generic"
    functions_of_any_impl: offer, { fn f(x: impl Value) {} } "cannot be generic"
    methods: offer, { fn f(&self) {} } "cannot take self"
    patterns: offer, { fn f((a, b): Pair) {} } "has a name here"
    unnamed_parameters: offer, { fn f(_: u8) {} } "has a name here"
    reference_patterns: offer, { fn f(ref a: u8) {} } "has a name here"
    references: offer, { fn f(a: &str) {} } "`String` rather than `&str`"
    parameters_of_one_name: offer, { fn f(a: u8, r#a: u8) {} } "`a` is there twice"
    names_beyond_ascii: offer, { fn f(größe: u8) {} } "`größe` is no name"
    structs_as_functions: offer, { struct S; } "expected"
    other_attributes: |item| crate::function::expand(quote!(nam = "x"), item), { fn f() {} } "only `name = \"…\"`"
    empty_names: |item| crate::function::expand(quote!(name = ""), item), { fn f() {} } "only `name = \"…\"`"
    bare_names: |item| crate::function::expand(quote!("x"), item), { fn f() {} } "only `name = \"…\"`"

    unions: crate::value::expand, { union U { a: u8 } } "a union is no value"
    tuple_structs: crate::value::expand, { struct S(u8, u8); } "no tuples"
    tuple_variants: crate::value::expand, { enum E { A(u8) } } "no tuples"
    empty_braces: crate::value::expand, { enum E { A {} } } "without braces"
    empty_enums: crate::value::expand, { enum E {} } "without variants"
    enums_that_are_skipped: crate::value::expand, { enum E { #[serde(skip)] A } } "without variants"
    flatten: crate::value::expand, { struct S { #[serde(flatten)] a: A } } "serde's `flatten`"
    tag: crate::value::expand, { #[serde(tag = "type")] enum E { A } } "serde's `tag`"
    untagged: crate::value::expand, { #[serde(untagged)] enum E { A } } "serde's `untagged`"
    from: crate::value::expand, { #[serde(from = "A")] struct S { a: u8 } } "serde's `from`"
    with: crate::value::expand, { struct S { #[serde(with = "hex")] a: u8 } } "\"serde_bytes\""
    two_names: crate::value::expand, { struct S { #[serde(rename(serialize = "b"))] a: u8 } } "one name"
    bad_names: crate::value::expand, { struct S { #[serde(rename = "a b")] a: u8 } } "`a b` is no name"
    arrows: crate::value::expand, { struct S { #[serde(rename = "a>b")] a: u8 } } "`a>b` is no name"
    fields_of_one_name: crate::value::expand, { struct S { #[serde(rename = "b")] a: u8, b: u8 } } "`b` is there twice"
    variants_of_one_name: crate::value::expand, { #[serde(rename_all = "lowercase")] enum E { A, a } } "`a` is there twice"
    transparent_pairs: crate::value::expand, { #[serde(transparent)] struct S { a: u8, b: u8 } } "has one field"
}

#[test]
fn what_does_not_change_the_shape_is_taken() {
    let source = quote! {
        #[serde(deny_unknown_fields, crate = "serde", bound(serialize = "T: S"))]
        struct S<T> where T: Clone { #[serde(default = "f", alias = "b")] #[doc = "x"] a: T }
    };
    let text = crate::value::expand(source).unwrap().to_string();
    assert!(
        text.contains("impl < T : :: mote :: Value > :: mote :: Value for S < T > where T : Clone"),
        "{text}"
    );
}
