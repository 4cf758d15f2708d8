//! The simulator over HTTP: one mutex around the value, a clock, and answers that wait their time.
//!
//! What is answered is decided in the library; here bytes go in and out. Compiled only with the feature `serve`.

mod connection;
mod options;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request as HttpRequest, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::{Router, serve as serve_http};
use tokio::net::TcpListener;
use tracing::info;

use crate::config::Config;
use crate::request::{Answer, Exchange, Reply, Request};
use crate::simulator::Simulator;
use connection::{Breakable, Switch};

pub use options::{Limit, Options};

/// The longest body that is read.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// A simulator with a clock, shared by all connections.
#[derive(Debug, Clone)]
pub struct Server {
    simulator: Arc<Mutex<Simulator>>,
    started: Instant,
}

impl Server {
    /// A server whose time 0 is now.
    pub fn new(mut config: Config) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        config.epoch_unix_ms = milliseconds(since_1970);
        Self { simulator: Arc::new(Mutex::new(Simulator::new(config))), started: Instant::now() }
    }

    /// Serves until `stop` resolves; open requests then get a moment to end.
    pub async fn run<F>(self, listener: TcpListener, stop: F) -> io::Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let app = Router::new().fallback(answer).with_state(self);
        let service = app.into_make_service_with_connect_info::<Switch>();
        let (told, telling) = tokio::sync::oneshot::channel();
        let stopping = async move {
            stop.await;
            let _nobody_left = told.send(());
        };
        let serving = serve_http(Breakable::new(listener), service).with_graceful_shutdown(stopping);
        let patience = async {
            // An answer that never comes must not keep the process from ending.
            if telling.await.is_ok() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        tokio::select! {
            served = serving.into_future() => served,
            () = patience => Ok(()),
        }
    }

    fn handle(&self, request: &Request) -> Exchange {
        let now_ms = milliseconds(self.started.elapsed());
        self.simulator().handle(now_ms, request)
    }

    /// The simulator itself; a panic elsewhere does not lock it away.
    fn simulator(&self) -> MutexGuard<'_, Simulator> {
        self.simulator.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Answers one HTTP request when its time has come.
async fn answer(State(server): State<Server>, ConnectInfo(switch): ConnectInfo<Switch>, http: HttpRequest) -> Response {
    let (parts, body) = http.into_parts();
    let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let authorization = parts.headers.get(header::AUTHORIZATION);
    let request = Request {
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        authorization: authorization.and_then(|value| value.to_str().ok()).map(str::to_owned),
        body: body.to_vec(),
    };
    let exchange = server.handle(&request);
    log(&request, &exchange);
    tokio::time::sleep(Duration::from_millis(exchange.delay_ms)).await;
    match exchange.answer {
        Answer::Reply(reply) => response(reply),
        Answer::Never => std::future::pending().await,
        Answer::Dropped => {
            switch.cut();
            plain(StatusCode::OK)
        }
    }
}

/// One line for each API request, without anything that was sent.
fn log(request: &Request, exchange: &Exchange) {
    let path = request.path.split('?').next().unwrap_or_default();
    if exchange.seq > 0 {
        let (status, delay_ms) = (exchange.status(), exchange.delay_ms);
        info!(seq = exchange.seq, method = %request.method, path, status, delay_ms, "request");
    }
}

fn response(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
