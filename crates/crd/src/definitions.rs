//! The custom resource definitions as they are installed.
//!
//! They are the derived definitions with three changes that the derive cannot express: `null` is not a value (so that an explicit null is
//! pruned instead of kept), `status` has a default (so that an object that nobody has looked at yet is not ready), and descriptions tell
//! what the values of an enum mean and what the API does with the field (`description`). Not here: the fields.

mod description;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSON, JSONSchemaProps, JSONSchemaPropsOrArray,
};
use kube::CustomResourceExt;
use serde_json::{Value, json};

use crate::facts::tree;
use crate::{
    ClickPipe, ClickPipeSpec, CloudConnection, CloudConnectionSpec, ClusterCloudConnection, ClusterCloudConnectionSpec,
};

/// Every definition, in the order in which to install them.
#[must_use]
pub fn all() -> Vec<CustomResourceDefinition> {
    vec![
        finish(
            ClickPipe::crd(),
            &tree::schema::<ClickPipeSpec>(),
            Some(tree::document()),
            &["Ready", "Synced", "ReferencesResolved"],
        ),
        finish(CloudConnection::crd(), &tree::schema::<CloudConnectionSpec>(), None, &["Ready"]),
        finish(ClusterCloudConnection::crd(), &tree::schema::<ClusterCloudConnectionSpec>(), None, &["Ready"]),
    ]
}

fn finish(
    mut crd: CustomResourceDefinition,
    spec_schema: &Value,
    facts: Option<&tree::Field>,
    conditions: &[&str],
) -> CustomResourceDefinition {
    for version in &mut crd.spec.versions {
        let Some(root) = version.schema.as_mut().and_then(|schema| schema.open_api_v3_schema.as_mut()) else {
            continue;
        };
        refuse_null(root);
        if let Some(members) = root.properties.as_mut() {
            if let Some(spec) = members.get_mut("spec") {
                description::write(spec, spec_schema, facts);
            }
            if let Some(status) = members.get_mut("status") {
                forget_defaults(status);
                status.default = Some(JSON(default_status(conditions)));
            }
        }
    }
    crd
}

/// An object that the operator has not seen is in progress for every reader, not ready.
fn default_status(conditions: &[&str]) -> Value {
    let conditions: Vec<Value> = conditions
        .iter()
        .map(|r#type| {
            json!({
                "type": r#type, "status": "Unknown", "reason": "Pending", "message": "waiting for the operator",
                "lastTransitionTime": "1970-01-01T00:00:00Z",
            })
        })
        .collect();
    json!({"observedGeneration": -1, "conditions": conditions})
}

/// Members of the status are absent until the operator writes them.
fn forget_defaults(schema: &mut JSONSchemaProps) {
    schema.default = None;
    for member in schema.properties.iter_mut().flatten() {
        forget_defaults(member.1);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = &mut schema.items {
        forget_defaults(items);
    }
}

fn refuse_null(schema: &mut JSONSchemaProps) {
    schema.nullable = None;
    for member in schema.properties.iter_mut().flatten() {
        refuse_null(member.1);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = &mut schema.items {
        refuse_null(items);
    }
}
