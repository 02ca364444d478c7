//! A request, as the host sends it to `fetch`.

use crate::answer::Headers;
use mote::{Any, Error};

/// What `fetch` is called with. Texts that are absent are empty.
#[derive(Debug, Default)]
pub struct Request {
    /// Such as `GET`.
    pub method: String,
    /// The whole address, such as `http://localhost:8080/hello/x?y=1`.
    pub url: String,
    /// Percent-encoded: what is behind the prefix. Begins with `/`.
    pub path: String,
    /// Where the function is, such as `/hello`, or empty.
    pub prefix: String,
    /// What is behind the `?`, percent-encoded.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Empty if it comes by standard input.
    pub body: Vec<u8>,
    pub is_streamed: bool,
    /// The caller's address.
    pub remote: String,
    /// The call's own name.
    pub id: String,
}

impl Request {
    pub fn of(value: Any) -> Result<Self, Error> {
        let Any::Map(entries) = value else { return Err(invalid("no map")) };
        let mut request = Request::default();
        for (key, value) in entries {
            let Any::String(key) = key else { continue };
            match key.as_str() {
                "method" => request.method = text(&key, value)?,
                "url" => request.url = text(&key, value)?,
                "path" => request.path = text(&key, value)?,
                "prefix" => request.prefix = text(&key, value)?,
                "query" => request.query = text(&key, value)?,
                "remote" => request.remote = text(&key, value)?,
                "id" => request.id = text(&key, value)?,
                "headers" => request.headers = headers(value)?,
                "body" => {
                    request.is_streamed = value == Any::Null;
                    request.body = body(value)?;
                }
                _ => {} // of a newer host
            }
        }
        Ok(request)
    }

    /// How long the body is, as far as that is known.
    pub fn length(&self) -> Option<&str> {
        let header = self.headers.iter().find(|(name, _)| name == "content-length");
        header.map(|(_, value)| value.as_str())
    }

    /// `localhost:8080` of `http://localhost:8080/hello`.
    pub fn authority(&self) -> &str {
        let behind = self.url.split_once("://").map_or("", |(_, behind)| behind);
        behind.split(['/', '?', '#']).next().unwrap_or_default()
    }
}

fn invalid(what: &str) -> Error {
    Error::new("invalid-argument", format!("the request is not one: {what}"))
}

fn text(key: &str, value: Any) -> Result<String, Error> {
    match value {
        Any::String(text) => Ok(text),
        Any::Null => Ok(String::new()),
        _ => Err(invalid(&format!("'{key}' is no text"))),
    }
}

fn body(value: Any) -> Result<Vec<u8>, Error> {
    match value {
        Any::Bytes(bytes) => Ok(bytes),
        Any::String(text) => Ok(text.into_bytes()),
        Any::Null => Ok(Vec::new()),
        _ => Err(invalid("'body' is neither bytes nor text")),
    }
}

fn headers(value: Any) -> Result<Vec<(String, String)>, Error> {
    value.to().map_err(|_| invalid("'headers' is no list of pairs of text"))
}

/// What `fetch` answers with.
pub fn response(status: u16, headers: Headers, body: Vec<u8>) -> Any {
    let headers = headers.into_iter().map(|(name, value)| Any::from(vec![name, value]));
    Any::Map(vec![
        ("status".into(), status.into()),
        ("headers".into(), Any::List(headers.collect())),
        ("body".into(), Any::Bytes(body)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_what_is_between_scheme_and_path() {
        for (url, authority) in [
            ("http://localhost:8080/hello/x?y=1", "localhost:8080"),
            ("https://example.org", "example.org"),
            ("http://[::1]:80?x", "[::1]:80"),
            ("/hello", ""),
        ] {
            let request = Request { url: url.to_owned(), ..Request::default() };
            assert_eq!(request.authority(), authority);
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for value in [
            Any::Null,
            Any::from_iter([("method", Any::Int(1))]),
            Any::from_iter([("headers", Any::from_iter([("a", "b")]))]),
            Any::from_iter([("body", Any::Int(1))]),
        ] {
            assert_eq!(Request::of(value).unwrap_err().code, "invalid-argument");
        }
    }
}
