//! Kubernetes Events: what the operator tells people about an object, beside its status.
//!
//! One recorder for the whole process, because it folds repetitions into one Event. It re-sends the *first* text of a reason within six minutes, so
//! what differs must differ in the reason. Events are written one after another beside the work, which never waits for them: between the
//! answer to a create and its record nothing may take time. Not here: when an Event is due; a failing Event never fails anything.

use std::sync::Arc;
use std::time::Duration;

use crd::condition::Reason;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use tokio::sync::{mpsc, oneshot};

use crate::clients::Clients;
use crate::kind::{Key, Kind};

/// The name under which Events are reported.
const REPORTER: &str = "clickpipes-operator";
/// How long one Event may take, and all that wait when the process ends.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many may wait; further ones are dropped.
const WAITING: usize = 1000;
/// The server takes 1,024 bytes.
const LONGEST: usize = 1000;

/// Tells people what happens.
#[derive(Clone)]
pub struct Events(Audience);

/// Who is told.
#[derive(Clone)]
enum Audience {
    Kubernetes(mpsc::Sender<Message>),
    Listener(Listener),
}

/// What the writer of Events is handed.
enum Message {
    /// An Event, and what it is about.
    Event(Box<(Event, ObjectReference)>),
    /// Whoever waits until all before it are written.
    Mark(oneshot::Sender<()>),
}

/// Somebody who is told instead of Kubernetes: about which object, the reason, the text.
pub type Listener = Arc<dyn Fn(&Key, &str, &str) + Send + Sync>;

/// What an Event is about: something the operator did, or a condition that an object came into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The operator did something.
    Did(Deed),
    /// The object came into a good or neutral condition.
    Became(Reason),
    /// The object came into a condition that somebody should look at.
    Trouble(Reason),
}

/// What the operator does to pipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A pipe was created.
    PipeCreated,
    /// A pipe was changed.
    PipeUpdated,
    /// A pipe was started.
    PipeStarted,
    /// A pipe was stopped.
    PipeStopped,
    /// A pipe loads everything again.
    PipeResynced,
    /// The pipe was deleted.
    PipeDeleted,
    /// The pipe stays; the object let go of it.
    PipeReleased,
    /// A service was woken.
    ServiceWoken,
}

impl Deed {
    const fn as_str(self) -> &'static str {
        match self {
            Self::PipeCreated => "PipeCreated",
            Self::PipeUpdated => "PipeUpdated",
            Self::PipeStarted => "PipeStarted",
            Self::PipeStopped => "PipeStopped",
            Self::PipeResynced => "PipeResynced",
            Self::PipeDeleted => "PipeDeleted",
            Self::PipeReleased => "PipeReleased",
            Self::ServiceWoken => "ServiceWoken",
        }
    }
}

impl Topic {
    const fn reason(self) -> &'static str {
        match self {
            Self::Did(deed) => deed.as_str(),
            Self::Became(reason) | Self::Trouble(reason) => reason.as_str(),
        }
    }

    const fn kind(self) -> EventType {
        match self {
            Self::Did(_) | Self::Became(_) => EventType::Normal,
            Self::Trouble(_) => EventType::Warning,
        }
    }
}

impl Events {
    /// Events of this cluster.
    pub fn new(clients: &Clients) -> Self {
        Self::written_by(Recorder::new(clients.write.clone(), Reporter::from(REPORTER)))
    }

    fn written_by(recorder: Recorder) -> Self {
        let (sender, waiting) = mpsc::channel(WAITING);
        tokio::spawn(write(recorder, waiting));
        Self(Audience::Kubernetes(sender))
    }

    /// No Events in Kubernetes: a simulation hears of them.
    pub fn heard_by(listener: Listener) -> Self {
        Self(Audience::Listener(listener))
    }

    /// Tells people about an object. The text must not hold a secret.
    pub fn tell<K: Kind>(&self, object: &K, topic: Topic, text: &str) {
        let waiting = match &self.0 {
            Audience::Kubernetes(waiting) => waiting,
            Audience::Listener(listener) => return listener(&Key::of(object), topic.reason(), &clip(text)),
        };
        let event = Event {
            type_: topic.kind(),
            reason: topic.reason().to_owned(),
            note: Some(clip(text)),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        if waiting.try_send(Message::Event(Box::new((event, object.object_ref(&()))))).is_err() {
            tracing::debug!(reason = topic.reason(), "no Event: too many wait");
        }
    }

    /// Waits until all that was told is written, but not for long.
    pub async fn written(&self) {
        let Audience::Kubernetes(waiting) = &self.0 else { return };
        let (mark, reached) = oneshot::channel();
        let written = async {
            if waiting.send(Message::Mark(mark)).await.is_ok() {
                let _ = reached.await;
            }
        };
        let _ = tokio::time::timeout(PATIENCE, written).await;
    }
}

/// Writes Events one after another, until nobody is left to tell any.
async fn write(recorder: Recorder, mut waiting: mpsc::Receiver<Message>) {
    while let Some(message) = waiting.recv().await {
        let (event, about) = match message {
            Message::Event(event) => *event,
            Message::Mark(mark) => {
                let _ = mark.send(());
                continue;
            }
        };
        match tokio::time::timeout(PATIENCE, recorder.publish(&event, &about)).await {
            Ok(Ok(())) => {}
            // An object in a namespace that is going away gets no Events; that is normal.
            Ok(Err(error)) => tracing::debug!(reason = event.reason, error = crate::chain::text(&error), "no Event"),
            Err(_) => tracing::debug!(reason = event.reason, "no Event in time"),
        }
    }
}

fn clip(text: &str) -> String {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::Instant;

    use super::*;

    /// A Kubernetes whose every answer takes so long, a refusal in the end; and how often it was asked.
    fn refusing(after: Duration) -> (Events, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::default());
        let counted = Arc::clone(&asked);
        let answer = move |_: http::Request<kube::client::Body>| {
            counted.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::time::sleep(after).await;
                let refused = http::Response::builder().status(503).body(kube::client::Body::from(b"down".to_vec()));
                refused.map_err(Box::<dyn std::error::Error + Send + Sync>::from)
            }
        };
        let client = kube::Client::new(tower::service_fn(answer), "default");
        (Events::written_by(Recorder::new(client, Reporter::from(REPORTER))), asked)
    }

    fn pipe() -> crd::ClickPipe {
        serde_json::from_value(serde_json::json!({
            "apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClickPipe", "metadata": {"name": "orders", "namespace": "data", "uid": "u"},
            "spec": {"connectionRef": {"name": "prod"}, "serviceId": "s", "source": {}, "destination": {"database": "default"}}
        })).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn f34_events_that_nobody_takes_hold_up_nothing() {
        for after in [Duration::ZERO, Duration::from_hours(1)] {
            let (events, _) = refusing(after);
            let begun = Instant::now();
            for _ in 0..2 * WAITING {
                events.tell(&pipe(), Topic::Did(Deed::PipeCreated), "accepted");
            }
            assert_eq!(begun.elapsed(), Duration::ZERO, "the work goes on");
            events.written().await;
            assert!(begun.elapsed() <= PATIENCE, "the process ends: {:?}", begun.elapsed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_told_is_written_before_the_process_ends() {
        let (events, asked) = refusing(Duration::from_secs(1));
        for deed in [Deed::PipeCreated, Deed::PipeStarted, Deed::PipeStopped] {
            events.tell(&pipe(), Topic::Did(deed), "accepted");
        }
        events.written().await;
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(clip("short"), "short");
        let text = "é".repeat(600);
        assert_eq!(clip(&text).len(), 1000);
    }
}
