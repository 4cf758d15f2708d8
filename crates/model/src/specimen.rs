//! The smallest real objects and pipes: one streaming and one database source, each with two values of a fixed field.
//!
//! Not here: how they change ([`crate::world`]).

use std::collections::BTreeMap;
use std::time::Duration;

use cloud::{OrganizationId, Pipe, PipeId, PipeState, Secret, ServiceId};
use crd::ClickPipeSpec;
use crd::condition::Reason;
use crd::policy::{
    Adopt, AdoptMode, CreateRetry, DeletionPolicy, DriftPolicy, OnExternalDelete, ReplacementPolicy, RunState,
};
use crd::status::record::CreateRecord;
use plan::document::wanted;
use plan::fingerprint::Key;
use plan::token::name_with;
use plan::{Account, Desired, Wanted};
use serde_json::Value;

use crate::lab::View;
use crate::mind::LONG;
use crate::object::{Object, PipeNumber};
use crate::variant::Variant;

const ORGANIZATION: &str = "11111111-1111-4111-8111-111111111111";
const SERVICE: &str = "22222222-2222-4222-8222-222222222222";
const CLUSTER: &str = "cluster";

const KAFKA: &str = "
connectionRef: {name: prod}
serviceId: 22222222-2222-4222-8222-222222222222
source: {kafka: {type: kafka, format: JSONEachRow, brokers: 'b:9092', topics: RECIPE}}
destination: {database: default, table: t, managedTable: false}
";
const POSTGRES: &str = "
connectionRef: {name: prod}
serviceId: 22222222-2222-4222-8222-222222222222
source:
  postgres:
    host: h
    port: 5432
    database: d
    settings: {replicationMode: cdc, publicationName: RECIPE}
    tableMappings: [{sourceSchemaName: s, sourceTable: t, targetTable: t}]
destination: {database: default}
";

/// The real values behind the numbers of one variant.
pub(crate) struct Specimen {
    recipes: Vec<(ClickPipeSpec, Wanted, Value)>,
    account: Account,
    token: String,
    database: bool,
}

impl Specimen {
    #[expect(clippy::expect_used, reason = "the texts above are constants; without them there is no model")]
    pub(crate) fn new(variant: &Variant) -> Self {
        let key = Key::new(Secret::new("key".to_owned()));
        let recipes = ["recipe0", "recipe1"].map(|recipe| {
            let text = if variant.database { POSTGRES } else { KAFKA }.replace("RECIPE", recipe);
            let mut spec: ClickPipeSpec = serde_saphyr::from_str(&text).expect("a spec");
            spec.create_retry = Some(if variant.asks { CreateRetry::Manual } else { CreateRetry::Auto });
            spec.drift_policy = if variant.warn { DriftPolicy::Warn } else { DriftPolicy::Correct };
            spec.on_external_delete =
                if variant.recreate { OnExternalDelete::Recreate } else { OnExternalDelete::Stall };
            spec.replacement_policy =
                if variant.replace { ReplacementPolicy::OnApproval } else { ReplacementPolicy::Never };
            let wanted = wanted(&spec, &BTreeMap::new(), &key).expect("a document");
            let document = wanted.document.redacted();
            (spec, wanted, document)
        });
        Self {
            recipes: recipes.into(),
            account: Account {
                organization: OrganizationId::parse(ORGANIZATION).expect("an id"),
                service: ServiceId::parse(SERVICE).expect("an id"),
                poll_interval: Duration::from_mins(5),
                wake_idle_services: false,
                terminating: false,
            },
            token: plan::token::token(CLUSTER, "data", "orders", SERVICE),
            database: variant.database,
        }
    }

    /// What the plan is told of an object.
    #[expect(clippy::indexing_slicing, reason = "there are two recipes, 0 and 1")]
    pub(crate) fn desired(&self, object: &Object, confirmed: String) -> Desired {
        let (spec, wanted, _) = &self.recipes[usize::from(object.recipe)];
        let spec = ClickPipeSpec {
            state: if object.stopped { RunState::Stopped } else { RunState::Running },
            deletion_policy: if object.retain { DeletionPolicy::Retain } else { DeletionPolicy::Delete },
            adopt: object.adopt.map(|number| Adopt { id: Self::id(number).to_string(), mode: AdoptMode::Match }),
            ..spec.clone()
        };
        Desired {
            object: plan::Object {
                namespace: "data".to_owned(),
                name: "orders".to_owned(),
                uid: object.uid.to_string(),
                generation: i64::from(object.generation),
                deleting: object.deleting,
                approved_plan: object.approved.map(|hash| format!("{hash:012x}")),
                confirmed_nonce: Some(confirmed),
                requested_at: None,
            },
            spec,
            account: Ok(self.account.clone()),
            wanted: Ok(wanted.clone()),
            paused: None,
            cluster_id: CLUSTER.to_owned(),
            create_window: LONG,
            claimed_by: None,
            inputs: String::new(),
        }
    }

    /// A pipe as the service shows it. Its recipe stands in `updated_at` too, where it decides nothing.
    #[expect(clippy::indexing_slicing, reason = "there are two recipes, 0 and 1")]
    pub(crate) fn pipe(&self, view: View) -> Pipe {
        let (_, _, document) = &self.recipes[usize::from(view.recipe)];
        let stopped = if self.database { PipeState::Paused } else { PipeState::Stopped };
        Pipe {
            id: Self::id(view.number),
            name: if view.token { name_with("orders", &self.token) } else { "orders".to_owned() },
            state: if view.running { PipeState::Running } else { stopped },
            created_at: format!("{:03}", view.number),
            updated_at: view.recipe.to_string(),
            document: document.clone(),
        }
    }

    #[expect(clippy::expect_used, reason = "the text is a UUID by its form")]
    pub(crate) fn id(number: PipeNumber) -> PipeId {
        PipeId::parse(&format!("00000000-0000-4000-8000-{number:012}")).expect("an id")
    }

    /// The number in an id that [`Specimen::id`] made.
    pub(crate) fn number(id: &str) -> PipeNumber {
        id.rsplit('-').next().and_then(|last| last.parse().ok()).unwrap_or(0)
    }

    /// Which recipe a document is.
    pub(crate) fn recipe(document: &Value) -> u8 {
        u8::from(document.to_string().contains("recipe1"))
    }

    /// Whether an intent is on record and a pipe has its fixed field. Not the plan's own judgement, which is what is checked.
    pub(crate) fn fits(create: &CreateRecord, view: View) -> bool {
        let recipe = format!("recipe{}", view.recipe);
        !create.nonce.is_empty() && create.fingerprint.values().any(|value| value.to_string().contains(&recipe))
    }
}

/// The number of a reason, from 1.
pub(crate) fn number_of(reason: Reason) -> u8 {
    Reason::ALL.iter().position(|other| *other == reason).and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
}
