//! What each class of answer means.

use serde_json::json;

use super::*;
use crate::document::Document;
use crate::failure::Refusal;
use crate::id::ServiceId;

const PIPE: &str = "33333333-3333-4333-8333-333333333333";

fn service() -> ServiceId {
    ServiceId::parse("22222222-2222-4222-8222-222222222222").unwrap()
}

fn create() -> Call {
    Call::CreatePipe { service: service(), body: Document::plain(json!({"name": "orders [abc]"})) }
}

fn outcome(call: &Call, status: u16, body: &str) -> Result<Reply, Outcome> {
    read(call, &Answer { status, retry_after: None, body: body.as_bytes() }).map_err(|failure| failure.outcome)
}

#[test]
fn a_create_counts_only_with_an_id_and_our_name() {
    let answer =
        |id: &str, name: &str| json!({"status": 200, "requestId": "r", "result": {"id": id, "name": name}}).to_string();
    assert!(matches!(outcome(&create(), 200, &answer(PIPE, "orders [abc]")), Ok(Reply::Pipe(_))));
    for body in
        [answer("nonsense", "orders [abc]"), answer(PIPE, "other"), "{}".to_owned(), "<html>".to_owned(), String::new()]
    {
        assert_eq!(outcome(&create(), 200, &body), Err(Outcome::Unknown), "{body}");
    }
}

/// Faults: F5.
#[test]
fn a_gateway_page_is_not_a_refusal() {
    let html = "<!DOCTYPE HTML><h1>504 Gateway Timeout ERROR</h1>";
    for status in [302, 400, 404, 408, 500, 502, 503, 504] {
        assert_eq!(outcome(&create(), status, html), Err(Outcome::Unknown), "{status}");
    }
    assert_eq!(outcome(&create(), 401, html), Err(Outcome::Refused(Refusal::Unauthenticated)));
    assert_eq!(outcome(&create(), 403, html), Err(Outcome::Refused(Refusal::Forbidden)));
    assert_eq!(outcome(&create(), 429, html), Err(Outcome::Throttled { retry_after: None }));
}

/// Faults: F8.
#[test]
fn a_list_that_cannot_be_read_whole_is_not_an_empty_list() {
    let list = Call::ListPipes { service: service() };
    assert_eq!(outcome(&list, 200, r#"{"status":200,"requestId":"r","result":[]}"#), Ok(Reply::Pipes(vec![])));
    for body in [
        "",
        "[]",
        "{}",
        r#"{"requestId":"r","result":null}"#,
        r#"{"requestId":"r","result":[{"name":"no id"}]}"#,
        r#"{"requestId":"r","result":[{"id":"#,
        // Whose pipe it is, nobody can tell.
        r#"{"requestId":"r","result":[{"id":"33333333-3333-4333-8333-333333333333"}]}"#,
        r#"{"requestId":"r","result":[{"id":"33333333-3333-4333-8333-333333333333","name":null}]}"#,
        "<html>",
        // Not the service's own words: an empty list of anybody else proves nothing.
        r#"{"status":200,"result":[]}"#,
        r#"{"status":"text","requestId":17,"result":[]}"#,
    ] {
        assert_eq!(outcome(&list, 200, body), Err(Outcome::Unknown), "{body}");
    }
}

/// Faults: F5.
#[test]
fn of_a_gateway_page_is_told_what_a_browser_shows() {
    let said = |body: &str| {
        let answer = Answer { status: 504, retry_after: None, body: body.as_bytes() };
        read(&create(), &answer).unwrap_err().to_string()
    };
    let page = "<!DOCTYPE HTML>\n<HTML><HEAD><TITLE>ERROR: not satisfied</TITLE></HEAD><BODY>\n<H1>504 Timeout</H1></BODY></HTML>";
    assert_eq!(said(page), "504: ERROR: not satisfied 504 Timeout");
    assert_eq!(said("upstream  connect <error>"), "504: upstream connect <error>");
    assert_eq!(said("<html><body></body>"), "504: <html><body></body>");
    assert_eq!(said(&format!("<p>{}", "x".repeat(5_000))).len(), "504: ".len() + 200);
}

#[test]
fn a_refusal_keeps_the_words_of_the_service() {
    let body = r#"{"requestId":"r-1","error":"BAD_REQUEST: dial tcp: no such host","status":400}"#;
    let failure = read(&create(), &Answer { status: 400, retry_after: None, body: body.as_bytes() }).unwrap_err();
    assert_eq!(failure.to_string(), "400: BAD_REQUEST: dial tcp: no such host");
    assert_eq!(failure.request_id.as_deref(), Some("r-1"));
    assert!(failure.is(&Refusal::Source));
}
