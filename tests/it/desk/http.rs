//! A browser without a screen: it sends what it is told, keeps its cookie, and follows nothing.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Somebody at the desk.
pub struct Visit {
    port: u16,
    pub cookie: String,
    /// Header lines that are sent with everything.
    pub headers: Vec<(String, String)>,
    pub host: String,
}

/// What the desk answered.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
    pub body: String,
}

impl Answered {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// Addresses on this page, each once.
    pub fn links(&self) -> Vec<String> {
        let mut links: Vec<String> = ["href=\"", "src=\""]
            .iter()
            .flat_map(|attribute| self.body.split(attribute).skip(1))
            .filter_map(|rest| rest.split('"').next())
            .map(|link| unescaped(link.split('#').next().unwrap_or_default()))
            .filter(|link| link.starts_with('/'))
            .collect();
        links.sort();
        links.dedup();
        links
    }

    /// Whether the page says this, signs of HTML written out.
    pub fn says(&self, text: &str) -> bool {
        unescaped(&self.body).contains(text)
    }
}

impl Visit {
    pub fn to(port: u16) -> Self {
        let host = format!("127.0.0.1:{port}");
        Self { port, cookie: String::new(), headers: Vec::new(), host }
    }

    /// The same visitor with a line of its own in everything that is sent.
    pub fn saying(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn get(&mut self, path: &str) -> Answered {
        self.ask("GET", path, "")
    }

    pub fn post(&mut self, path: &str, form: &[(impl AsRef<str>, impl AsRef<str>)]) -> Answered {
        let fields = form
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name.as_ref()), escaped(value.as_ref())));
        self.ask("POST", path, &fields.collect::<Vec<_>>().join("&"))
    }

    pub fn ask(&mut self, method: &str, path: &str, body: &str) -> Answered {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host);
        if !self.cookie.is_empty() {
            write!(request, "Cookie: {}\r\n", self.cookie).unwrap();
        }
        for (name, value) in &self.headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        if method == "POST" {
            let length = body.len();
            write!(
                request,
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
            )
            .unwrap();
        }
        request.push_str("\r\n");
        request.push_str(body);

        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let answered = parse(&bytes);
        if let Some(cookie) =
            Some(answered.header("set-cookie")).filter(|cookie| !cookie.is_empty())
        {
            cookie.split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        answered
    }
}

fn parse(bytes: &[u8]) -> Answered {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let chunked = headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("transfer-encoding") && value.contains("chunked")
    });
    assert!(!chunked, "the desk knows how long its pages are");

    let bytes = bytes[end + 4..].to_vec();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answered { status, headers, bytes, body }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").unwrap();
        }
    }
    escaped
}

/// Text of a page with its signs as they are shown.
pub fn unescaped(text: &str) -> String {
    let signs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#x2F;", "/"),
        ("&#47;", "/"),
    ];
    let mut text = text.to_owned();
    for (written, shown) in signs {
        text = text.replace(written, shown);
    }
    text.replace("&amp;", "&")
}
