//! Any bytes as the answer to any call: read without a panic, and never taken for more than they say.
//!
//! The input is `<call> <status> <retry-after>`, a line's end, and the body. Not here: what is decided upon an answer ([`crate::life`]).

use cloud::reply::{Answer, read};
use cloud::{Call, Command, Document, Failure, Outcome, Pipe, PipeId, Reply, ServiceId};
use serde_json::{Value, json};

/// The service that every call is about.
pub const SERVICE: &str = "22222222-2222-4222-8222-222222222222";
/// The pipe that every call is about.
pub const PIPE: &str = "33333333-3333-4333-8333-333333333333";
/// The most characters of a message: 500 of the service, the rest ours.
const WORDS: usize = 600;

/// Reads the answer and holds the reading against the bytes.
pub fn run(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (head, body) = data.split_at(end);
    let body = body.get(1..).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let mut words = head.split(' ');
    let call = call(words.next().unwrap_or_default());
    let status = words.next().and_then(|word| word.parse().ok()).unwrap_or(200);
    let retry_after = words.next().and_then(|word| word.parse().ok()).filter(|seconds: &f64| seconds.is_finite());
    let result = read(&call, &Answer { status, retry_after, body });
    let said: Option<Value> = serde_json::from_slice(body).ok();
    match &result {
        Ok(reply) => accepted(&call, status, said.as_ref(), reply),
        Err(failure) => refused(status, said.as_ref(), failure),
    }
    assert_eq!(result, read(&call, &Answer { status, retry_after, body }), "the same bytes mean the same");
}

/// The call of this name; a list when there is none.
fn call(name: &str) -> Call {
    let service = ServiceId::parse(SERVICE).expect("a UUID");
    let pipe = PipeId::parse(PIPE).expect("a UUID");
    let body = Document::plain(json!({"name": "orders [abcdefghijkl]"}));
    match name {
        "ListServices" => Call::ListServices,
        "GetService" => Call::GetService { service },
        "WakeService" => Call::WakeService { service },
        "GetPipe" => Call::GetPipe { service, pipe },
        "CreatePipe" => Call::CreatePipe { service, body },
        "PatchPipe" => Call::PatchPipe { service, pipe, body },
        "PutSettings" => Call::PutSettings { service, pipe, body },
        "PatchScaling" => Call::PatchScaling { service, pipe, body },
        "Start" => Call::SetState { service, pipe, command: Command::Start },
        "DeletePipe" => Call::DeletePipe { service, pipe },
        _ => Call::ListPipes { service },
    }
}

/// Success is a 2xx with a whole envelope that is about what was asked.
fn accepted(call: &Call, status: u16, said: Option<&Value>, reply: &Reply) {
    assert!((200..300).contains(&status), "{status} is no success");
    let said = said.expect("a success is JSON");
    let result = said.get("result");
    match reply {
        Reply::Services(services) => assert_eq!(Some(services.len()), result.and_then(Value::as_array).map(Vec::len)),
        Reply::Service(service) => assert_eq!(service.id.as_str(), SERVICE),
        Reply::Pipes(pipes) => {
            assert_eq!(Some(pipes.len()), result.and_then(Value::as_array).map(Vec::len), "no pipe is left out");
            assert!(said["requestId"].is_string(), "a list of nobody knows whom proves nothing");
            pipes.iter().for_each(modest);
        }
        Reply::Pipe(pipe) => {
            match call {
                Call::CreatePipe { .. } => assert_eq!(pipe.name, "orders [abcdefghijkl]"),
                _ => assert_eq!(pipe.id.as_str(), PIPE),
            }
            modest(pipe);
        }
        Reply::Done => assert!(said.is_object()),
    }
}

/// What is copied into a status stays small: etcd refuses an object of more than a megabyte and a half.
fn modest(pipe: &Pipe) {
    for text in [pipe.state.as_str(), &pipe.created_at, &pipe.updated_at] {
        assert!(text.chars().count() <= 100, "{} characters", text.chars().count());
    }
}

/// Only the service's own envelope, or a status that no gateway makes up, says that nothing was done.
fn refused(status: u16, said: Option<&Value>, failure: &Failure) {
    assert!(failure.message.chars().count() <= WORDS, "{} characters", failure.message.chars().count());
    assert!(failure.request_id.as_ref().is_none_or(|id| id.chars().count() <= 100), "{:?}", failure.request_id);
    assert_eq!(failure.status, Some(status));
    let envelope =
        said.is_some_and(|said| said.get("error").is_some_and(Value::is_string) && said.get("requestId").is_some());
    match &failure.outcome {
        Outcome::NotSent => unreachable!("there was an answer"),
        Outcome::Throttled { .. } => assert_eq!(status, 429),
        Outcome::Refused(_) => {
            assert!((400..500).contains(&status) && (envelope || matches!(status, 401 | 403)), "{status} {said:?}");
        }
        Outcome::Unknown => assert_ne!(status, 429),
    }
}
