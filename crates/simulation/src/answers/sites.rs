//! Every kind of call that the operator makes, each in a story that needs it.
//!
//! Not here: what the calls are answered.

use sim::RouteKind;

/// A kind of call.
#[derive(Debug)]
pub struct Site {
    /// Its name.
    pub name: &'static str,
    /// Where it goes.
    pub route: RouteKind,
    /// What happens before, undisturbed.
    pub before: &'static str,
    /// What makes the operator make the call.
    pub then: &'static str,
    /// What must be so in the end.
    pub ends: &'static str,
}

const NEW: &str = "apply connection";
const KAFKA: &str = "apply connection\napply kafka\nsettle";
const POSTGRES: &str = "apply connection\napply postgres\nsettle";
const ONE_KAFKA: &str = "finally kafka Ready True Running\nfinally pipes 1\nfinally running 1";
const ONE_POSTGRES: &str = "finally postgres Ready True Running\nfinally pipes 1\nfinally running 1";

/// All of them.
pub const SITES: [Site; 15] = [
    Site {
        name: "list-services",
        route: RouteKind::ListServices,
        before: "",
        then: "apply connection\napply kafka",
        ends: "finally connection/prod Ready True Valid\nfinally kafka Ready True Running\nfinally pipes 1",
    },
    Site {
        name: "get-service",
        route: RouteKind::GetService,
        before: NEW,
        then: "service idle\napply kafka\nadvance 5m\nservice running",
        ends: ONE_KAFKA,
    },
    Site {
        name: "wake",
        route: RouteKind::SetServiceState,
        before: "apply connection\nedit connection/prod spec.wakeIdleServices = true",
        then: "service idle\napply kafka",
        ends: ONE_KAFKA,
    },
    Site { name: "list", route: RouteKind::ListPipes, before: NEW, then: "apply kafka", ends: ONE_KAFKA },
    Site {
        name: "get",
        route: RouteKind::GetPipe,
        before: "apply connection\nfault reset-after-commit on CreatePipe once",
        then: "apply kafka",
        ends: ONE_KAFKA,
    },
    Site { name: "create", route: RouteKind::CreatePipe, before: NEW, then: "apply kafka", ends: ONE_KAFKA },
    Site {
        name: "create-database",
        route: RouteKind::CreatePipe,
        before: NEW,
        then: "apply postgres",
        ends: ONE_POSTGRES,
    },
    Site { name: "start", route: RouteKind::SetState, before: NEW, then: "apply kafka", ends: ONE_KAFKA },
    Site {
        name: "stop",
        route: RouteKind::SetState,
        before: KAFKA,
        then: "edit kafka spec.state = Stopped",
        ends: "finally kafka Ready True Stopped\nfinally pipes 1\nfinally running 0",
    },
    Site {
        name: "resync",
        route: RouteKind::SetState,
        before: POSTGRES,
        then: "edit postgres spec.resyncRequest = now",
        ends: "finally pipes 1\nfinally running 1",
    },
    Site {
        name: "patch",
        route: RouteKind::PatchPipe,
        before: KAFKA,
        then: "secret kafka-credentials password=canary-rotated\nedit kafka spec.name = Orders",
        ends: ONE_KAFKA,
    },
    Site {
        name: "patch-paused",
        route: RouteKind::PatchPipe,
        before: POSTGRES,
        then: "edit postgres spec.source.postgres.host = replica.example.com",
        ends: "finally postgres Ready True Running\nfinally postgres pipe source.postgres.host = replica.example.com\nfinally running 1",
    },
    Site {
        name: "settings",
        route: RouteKind::PutSettings,
        before: KAFKA,
        then: "edit kafka spec.settings = {streaming_max_insert_wait_ms: 5000}",
        ends: "finally kafka Ready True Running\nfinally kafka pipe settings.streaming_max_insert_wait_ms = 5000",
    },
    Site {
        name: "scaling",
        route: RouteKind::SetScaling,
        before: KAFKA,
        then: "edit kafka spec.scaling.replicas = 3",
        ends: "finally kafka Ready True Running\nfinally kafka pipe scaling.replicas = 3",
    },
    Site {
        name: "delete",
        route: RouteKind::DeletePipe,
        before: KAFKA,
        then: "delete kafka",
        ends: "finally kafka gone\nfinally pipes 0",
    },
];
