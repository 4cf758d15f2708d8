//! What arrives at the simulator and what leaves it, as plain values.
//!
//! Sockets, HTTP framing and clocks are not here: a test hands over a [`Request`] together with the time and gets an
//! [`Exchange`] back, which also says *when* the answer is to be delivered.

use data_encoding::BASE64;
use serde_json::Value;

/// One HTTP request, reduced to what the service looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// The method in capitals, such as `GET`.
    pub method: String,
    /// The path with its query, such as `/v1/organizations/…?limit=1`.
    pub path: String,
    /// The value of the `Authorization` header, if one was sent.
    pub authorization: Option<String>,
    /// The body, byte for byte; it need not be JSON or even UTF-8.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without credentials and without a body.
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), ..Self::default() }
    }

    /// The same request, authenticated with an API key (HTTP Basic).
    #[must_use]
    pub fn key(mut self, id: &str, secret: &str) -> Self {
        let pair = BASE64.encode(format!("{id}:{secret}").as_bytes());
        self.authorization = Some(format!("Basic {pair}"));
        self
    }

    /// The same request with a JSON body.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self
    }
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status code.
    pub status: u16,
    /// Header names (lower case) and values.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer whose body is JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    /// An answer whose body is an HTML page, as a gateway in front of the service makes it.
    pub fn html(status: u16, page: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            body: page.as_bytes().to_vec(),
        }
    }

    /// The body as JSON; `Null` when it is not JSON.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What the client gets to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP answer.
    Reply(Reply),
    /// The connection is closed without an answer.
    Dropped,
    /// Nothing: the connection stays open and silent.
    Never,
}

/// One request dealt with: what is answered, and how long after the request arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The number of the request in the recording; 0 for admin requests, which are not recorded.
    pub seq: u64,
    /// The answer.
    pub answer: Answer,
    /// Milliseconds between the request's arrival and the answer's delivery.
    pub delay_ms: u64,
}

impl Exchange {
    /// The HTTP answer, if there is one.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.answer {
            Answer::Reply(reply) => Some(reply),
            Answer::Dropped | Answer::Never => None,
        }
    }

    /// The HTTP status; 0 when the connection was dropped or nothing was answered.
    pub fn status(&self) -> u16 {
        self.reply().map_or(0, |reply| reply.status)
    }

    /// The answer's body as JSON; `Null` when there is none.
    pub fn body(&self) -> Value {
        self.reply().map_or(Value::Null, Reply::value)
    }

    /// The envelope's `result`; `Null` when there is none.
    pub fn result(&self) -> Value {
        self.body().get("result").cloned().unwrap_or(Value::Null)
    }

    /// The envelope's `error`; empty when there is none.
    pub fn error(&self) -> String {
        let body = self.body();
        let text = body.get("error").and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    }
}
