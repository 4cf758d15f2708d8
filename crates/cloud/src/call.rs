//! Every request that we can make, as a value.
//!
//! The plan emits it, the client sends it, logs and metrics name it. Not here: its bytes ([`mod@crate::request`]), its answer ([`mod@crate::reply`]).

use crate::document::Document;
use crate::id::{PipeId, ServiceId};

/// One request to the Cloud API.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// The services of the organization.
    ListServices,
    /// One service.
    GetService {
        /// Which one.
        service: ServiceId,
    },
    /// Wakes an idle service; it costs money, so only by the user's word.
    WakeService {
        /// Which one.
        service: ServiceId,
    },
    /// Every pipe of a service; not paginated.
    ListPipes {
        /// Which service.
        service: ServiceId,
    },
    /// One pipe.
    GetPipe {
        /// Its service.
        service: ServiceId,
        /// Which one.
        pipe: PipeId,
    },
    /// Creates a pipe. Not idempotent; must never be sent twice.
    CreatePipe {
        /// In which service.
        service: ServiceId,
        /// The whole pipe.
        body: Document,
    },
    /// Changes a pipe's name, source, columns or mappings.
    PatchPipe {
        /// Its service.
        service: ServiceId,
        /// Which one.
        pipe: PipeId,
        /// What changes.
        body: Document,
    },
    /// Changes settings of a pipe; members that are not sent keep their value.
    PutSettings {
        /// Its service.
        service: ServiceId,
        /// Which one.
        pipe: PipeId,
        /// What changes.
        body: Document,
    },
    /// Changes a pipe's compute.
    PatchScaling {
        /// Its service.
        service: ServiceId,
        /// Which one.
        pipe: PipeId,
        /// What changes.
        body: Document,
    },
    /// Starts, stops or resyncs a pipe.
    SetState {
        /// Its service.
        service: ServiceId,
        /// Which one.
        pipe: PipeId,
        /// What to do.
        command: Command,
    },
    /// Deletes a pipe; destination tables stay.
    DeletePipe {
        /// Its service.
        service: ServiceId,
        /// Which one.
        pipe: PipeId,
    },
}

/// A state command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ingest.
    Start,
    /// Stop ingesting.
    Stop,
    /// Load everything again. Each accepted command starts another full load.
    Resync,
}

impl Command {
    /// The command as the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Resync => "resync",
        }
    }
}

impl Call {
    /// The call's name in logs, metrics and status.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ListServices => "ListServices",
            Self::GetService { .. } => "GetService",
            Self::WakeService { .. } => "WakeService",
            Self::ListPipes { .. } => "ListPipes",
            Self::GetPipe { .. } => "GetPipe",
            Self::CreatePipe { .. } => "CreatePipe",
            Self::PatchPipe { .. } => "PatchPipe",
            Self::PutSettings { .. } => "PutSettings",
            Self::PatchScaling { .. } => "PatchScaling",
            Self::SetState { command: Command::Start, .. } => "Start",
            Self::SetState { command: Command::Stop, .. } => "Stop",
            Self::SetState { command: Command::Resync, .. } => "Resync",
            Self::DeletePipe { .. } => "DeletePipe",
        }
    }

    /// Whether it changes anything in the service.
    #[must_use]
    pub const fn is_write(&self) -> bool {
        match self {
            Self::ListServices | Self::GetService { .. } | Self::ListPipes { .. } | Self::GetPipe { .. } => false,
            Self::WakeService { .. }
            | Self::CreatePipe { .. }
            | Self::PatchPipe { .. }
            | Self::PutSettings { .. }
            | Self::PatchScaling { .. }
            | Self::SetState { .. }
            | Self::DeletePipe { .. } => true,
        }
    }

    /// The service that it is about.
    #[must_use]
    pub const fn service(&self) -> Option<&ServiceId> {
        match self {
            Self::ListServices => None,
            Self::GetService { service }
            | Self::WakeService { service }
            | Self::ListPipes { service }
            | Self::GetPipe { service, .. }
            | Self::CreatePipe { service, .. }
            | Self::PatchPipe { service, .. }
            | Self::PutSettings { service, .. }
            | Self::PatchScaling { service, .. }
            | Self::SetState { service, .. }
            | Self::DeletePipe { service, .. } => Some(service),
        }
    }
}
