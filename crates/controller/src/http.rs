//! The operator's own HTTP port: `/healthz`, `/readyz`, `/metrics`.
//!
//! Not here: what is healthy or counted.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::metrics::Metrics;
use crate::readiness::Readiness;

#[derive(Clone)]
struct Shown {
    readiness: Readiness,
    metrics: Arc<Metrics>,
}

/// Answers for as long as it is polled.
pub async fn serve(listener: TcpListener, readiness: Readiness, metrics: Arc<Metrics>) -> std::io::Result<()> {
    axum::serve(listener, router(readiness, metrics)).await
}

fn router(readiness: Readiness, metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(exposition))
        .with_state(Shown { readiness, metrics })
}

/// Ready once every first list is in, so that nothing is taken for absent that is only not known yet.
async fn readyz(State(Shown { readiness, .. }): State<Shown>) -> impl IntoResponse {
    match readiness.waits_for().as_slice() {
        [] => (StatusCode::OK, "ok\n".to_owned()),
        missing => (StatusCode::SERVICE_UNAVAILABLE, format!("waiting for: {}\n", missing.join(", "))),
    }
}

async fn exposition(State(Shown { metrics, .. }): State<Shown>) -> impl IntoResponse {
    let content = (header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    match metrics.text() {
        Ok(text) => (StatusCode::OK, [content], text),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, [content], error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn status(readiness: &Readiness, path: &str) -> StatusCode {
        let router = router(readiness.clone(), Arc::new(Metrics::new()));
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn it_is_healthy_before_it_is_ready() {
        let readiness = Readiness::waiting_for(["clickpipes"]);
        assert_eq!(status(&readiness, "/healthz").await, StatusCode::OK);
        assert_eq!(status(&readiness, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
        readiness.done("clickpipes");
        assert_eq!(status(&readiness, "/readyz").await, StatusCode::OK);
        assert_eq!(status(&readiness, "/metrics").await, StatusCode::OK);
    }
}
