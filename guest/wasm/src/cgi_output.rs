//! What a program wrote, as the answer to a request.

use crate::answer::Headers;
use crate::request::response;
use mote::{Any, Error};

/// Headers of which one makes the first lines headers. Other programs may begin with `Note: …` and an empty line.
const TELLING: [&str; 3] = ["content-type", "status", "location"];

const FORM: &str = "text/plain; charset=utf-8";

/// The answer: headers as of a CGI program, if it begins with some, then the body.
pub fn answer(mut output: Vec<u8>) -> Result<Any, Error> {
    let ((status, headers), size) = head(&output)?;
    output.drain(..size);
    Ok(response(status, headers, output))
}

/// What the headers at the beginning say, if there are some, and how long they are.
pub fn head(output: &[u8]) -> Result<((u16, Headers), usize), Error> {
    let Some((mut headers, size)) = headers(output) else {
        return Ok(((200, vec![(String::from("content-type"), form(output).to_owned())]), 0));
    };
    let body = &output[size..];
    let has = |headers: &[(String, String)], name: &str| headers.iter().any(|(other, _)| other == name);
    let status = match headers.iter().find(|(name, _)| name == "status") {
        Some((_, text)) => status(text)?,
        None if has(&headers, "location") => 302,
        None => 200,
    };
    headers.retain(|(name, _)| name != "status");
    if !body.is_empty() && !has(&headers, "content-type") {
        headers.push((String::from("content-type"), form(body).to_owned()));
    }
    Ok(((status, headers), size))
}

/// Whether more output may make it begin with headers, or tell where they end.
pub fn may_be_a_head(output: &[u8]) -> bool {
    let mut lines = output.split(|&b| b == b'\n');
    lines.next_back(); // has not ended
    lines.all(|line| header(line.strip_suffix(b"\r").unwrap_or(line)).is_some())
}

fn form(body: &[u8]) -> &'static str {
    match std::str::from_utf8(body) {
        Ok(_) => FORM,
        Err(e) if e.error_len().is_none() => FORM, // the rest of a character may follow
        Err(_) => "application/octet-stream",
    }
}

/// The headers at the beginning, and how long they are with the empty line; none if it begins otherwise.
fn headers(output: &[u8]) -> Option<(Vec<(String, String)>, usize)> {
    let mut headers = Vec::new();
    let mut at = 0;
    loop {
        let end = at + output[at..].iter().position(|&b| b == b'\n')?;
        let line = output[at..end].strip_suffix(b"\r").unwrap_or(&output[at..end]);
        at = end + 1;
        if line.is_empty() {
            break;
        }
        headers.push(header(line)?);
    }
    let is_telling = headers.iter().any(|(name, _)| TELLING.contains(&name.as_str()));
    is_telling.then_some((headers, at))
}

fn header(line: &[u8]) -> Option<(String, String)> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(is_of_a_name);
    let value = value.trim_matches([' ', '\t']);
    let is_value = !value.contains(|c: char| c.is_control() && c != '\t');
    (is_name && is_value).then(|| (name.to_ascii_lowercase(), value.to_owned()))
}

/// Whether a token of HTTP may have it (RFC 9110, 5.6.2).
fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// 404 of `404 Not Found`.
fn status(text: &str) -> Result<u16, Error> {
    let digits = text.split(' ').next().unwrap_or_default();
    match digits.parse() {
        Ok(status @ 100..=999) if digits.len() == 3 => Ok(status),
        _ => Err(Error::failed(format!(
            "the module's header 'Status: {text}' has no status between 100 and 999"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &[u8], status: i64, headers: &[(&str, &str)], body: &[u8]) {
        let answer = answer(output.to_vec()).unwrap();
        assert_eq!(answer.get("status"), Some(&Any::Int(status)));
        let headers: Any = headers.iter().map(|&(name, value)| vec![name, value]).collect();
        assert_eq!(answer.get("headers"), Some(&headers));
        assert_eq!(answer.get("body"), Some(&Any::Bytes(body.to_vec())));
    }

    #[test]
    fn output_without_headers_is_the_body() {
        let text = ("content-type", "text/plain; charset=utf-8");
        for output in [
            "",
            "hello",
            "hello\n",
            "Note: x\n\nhello",
            "Content-Type: text/html\nhello",
            "\n\nContent-Type: x\n\n",
        ] {
            check(output.as_bytes(), 200, &[text], output.as_bytes());
        }
        check(b"Content-Type: a\n no\n\n", 200, &[text], b"Content-Type: a\n no\n\n");
        check(b"\xff", 200, &[("content-type", "application/octet-stream")], b"\xff");
    }

    #[test]
    fn headers_are_taken_off() {
        check(b"Content-Type: text/html\n\n<p>", 200, &[("content-type", "text/html")], b"<p>");
        check(
            b"Status: 404 Not Found\r\nX-Why:  none \r\nContent-Type: a/b\r\n\r\n\r\nx",
            404,
            &[("x-why", "none"), ("content-type", "a/b")],
            b"\r\nx",
        );
        check(b"Location: /x\n\n", 302, &[("location", "/x")], b"");
        check(b"Status: 201\nLocation: /x\n\n", 201, &[("location", "/x")], b"");
        check(b"status: 200\n\n\xff", 200, &[("content-type", "application/octet-stream")], b"\xff");
        check(
            b"Content-Type: a\nSet-Cookie: b\nSet-Cookie: c\n\n",
            200,
            &[("content-type", "a"), ("set-cookie", "b"), ("set-cookie", "c")],
            b"",
        );
    }

    #[test]
    fn a_status_that_is_none_is_an_error() {
        for status in ["", "99", "1000", "abc", "20", "-200", "+20", "2000 x"] {
            let output = format!("Status: {status}\n\n");
            assert!(answer(output.into_bytes()).unwrap_err().message.contains(status));
        }
    }
}
