//! A request as the environment of a program: the Common Gateway Interface (RFC 3875).

use crate::request::Request;
use crate::world::Environment;

/// The variables that tell a program of the request.
pub fn variables(request: &Request) -> Environment {
    let (server, port) = server(request);
    let uri = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let mut variables: Vec<_> = [
        ("GATEWAY_INTERFACE", "CGI/1.1"),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
        ("SERVER_SOFTWARE", "mote"),
        ("SERVER_NAME", &server),
        ("SERVER_PORT", &port),
        ("REQUEST_METHOD", &request.method),
        ("REQUEST_URI", &format!("{}{}{uri}", request.prefix, request.path)),
        ("SCRIPT_NAME", &decoded(&request.prefix)),
        ("PATH_INFO", &decoded(&request.path)),
        ("QUERY_STRING", &request.query),
        ("REMOTE_ADDR", &request.remote),
        ("REQUEST_ID", &request.id),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    if let Some(length) = request.length().filter(|_| request.is_streamed) {
        variables.push((String::from("CONTENT_LENGTH"), length.to_owned()));
    }
    if !request.body.is_empty() {
        variables.push((String::from("CONTENT_LENGTH"), request.body.len().to_string()));
    }
    for (name, value) in &request.headers {
        if let Some(name) = variable(name) {
            add(&mut variables, name, value);
        }
    }
    // A C program would take what is behind a zero for another variable.
    variables.retain(|(_, value)| !value.contains('\0'));
    variables
}

fn server(request: &Request) -> (String, String) {
    let usual = if request.url.starts_with("https:") { "443" } else { "80" };
    let authority = request.authority();
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, port),
        _ => (authority, usual),
    };
    (name.to_owned(), port.to_owned())
}

/// The name of the variable that a header becomes; none if it becomes none.
fn variable(header: &str) -> Option<String> {
    // `a-b` and `a_b` would be one variable: who sends the one may not pretend to have sent the other.
    let is_plain = header.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match header {
        "content-type" => Some(String::from("CONTENT_TYPE")),
        "content-length" => None, // that of the body that is there
        // Many programs take HTTP_PROXY for their own setting.
        "proxy" => None,
        _ if is_plain => Some(format!("HTTP_{}", header.to_ascii_uppercase().replace('-', "_"))),
        _ => None,
    }
}

/// Adds a header's value to those that were sent under the same name.
fn add(variables: &mut Environment, name: String, value: &str) {
    match variables.iter_mut().find(|(other, _)| *other == name) {
        Some((_, values)) => {
            values.push_str(if name == "HTTP_COOKIE" { "; " } else { ", " });
            values.push_str(value);
        }
        None => variables.push((name, value.to_owned())),
    }
}

/// What `%41` and the like stand for. What would be no text, or hold a zero, stays as it is.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digit = |place: usize| behind.get(place).and_then(|&b| char::from(b).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => text,
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> Request {
        Request {
            method: String::from("POST"),
            url: String::from("http://localhost:8080/hello/a%20b?y=%41"),
            path: String::from("/a%20b"),
            prefix: String::from("/hello"),
            query: String::from("y=%41"),
            headers: headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: b"hello".to_vec(),
            is_streamed: false,
            remote: String::from("127.0.0.1"),
            id: String::from("7"),
        }
    }

    fn value(variables: &Environment, name: &str) -> Option<String> {
        variables.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn a_request_becomes_variables() {
        let variables =
            variables(&request(&[("content-type", "text/plain"), ("x-token", "1"), ("host", "h")]));
        for (name, expected) in [
            ("REQUEST_METHOD", "POST"),
            ("PATH_INFO", "/a b"),
            ("SCRIPT_NAME", "/hello"),
            ("QUERY_STRING", "y=%41"),
            ("REQUEST_URI", "/hello/a%20b?y=%41"),
            ("SERVER_NAME", "localhost"),
            ("SERVER_PORT", "8080"),
            ("CONTENT_TYPE", "text/plain"),
            ("CONTENT_LENGTH", "5"),
            ("HTTP_X_TOKEN", "1"),
            ("HTTP_HOST", "h"),
            ("REMOTE_ADDR", "127.0.0.1"),
        ] {
            assert_eq!(value(&variables, name).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn values_of_one_header_are_joined() {
        let variables =
            variables(&request(&[("accept", "a"), ("accept", "b"), ("cookie", "c=1"), ("cookie", "d=2")]));
        assert_eq!(value(&variables, "HTTP_ACCEPT").as_deref(), Some("a, b"));
        assert_eq!(value(&variables, "HTTP_COOKIE").as_deref(), Some("c=1; d=2"));
    }

    #[test]
    fn no_header_becomes_a_variable_that_means_something_else() {
        let headers = [("proxy", "evil"), ("x_token", "evil"), ("content-length", "9"), ("x-zero", "a\0b")];
        let variables = variables(&request(&headers));
        for name in ["HTTP_PROXY", "HTTP_X_TOKEN", "HTTP_CONTENT_LENGTH", "HTTP_X_ZERO"] {
            assert_eq!(value(&variables, name), None, "{name}");
        }
        assert_eq!(value(&variables, "CONTENT_LENGTH").as_deref(), Some("5"));
    }

    #[test]
    fn what_cannot_be_decoded_stays() {
        for path in ["/%zz", "/%", "/%4", "/%ff", "/%00", "/é"] {
            assert_eq!(decoded(path), path);
        }
        assert_eq!(decoded("/%C3%A9%2f+"), "/é/+");
    }
}
