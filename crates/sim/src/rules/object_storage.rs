//! Rules of object-storage sources.

use serde_json::{Map, Value};

use crate::refusal::{Checked, Refusal};
use crate::rules::{Rule, Surroundings, has, is_true, only, text};

/// All of them.
pub(super) const RULES: &[Rule] = &[
    azure_is_addressed_differently,
    a_url_has_a_known_form,
    authentication_fits_the_provider,
    credentials_fit_the_authentication,
    a_queue_needs_a_continuous_pipe,
    skipping_the_initial_load_needs_a_queue,
];

fn azure_is_addressed_differently(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let azure = text(source, "type") == Some("azureblobstorage");
    let theirs = ["path", "azureContainerName", "connectionString"];
    if azure {
        let missing = theirs.iter().find(|name| !has(source, name));
        only(!has(source, "url"), "source.objectStorage.url", "is not supported for azureblobstorage")?;
        return missing.map_or(Ok(()), |name| Err(Refusal::missing(&format!("source.objectStorage.{name}"))));
    }
    for name in theirs {
        let path = format!("source.objectStorage.{name}");
        only(!has(source, name), &path, "is only supported for azureblobstorage")?;
    }
    if has(source, "url") { Ok(()) } else { Err(Refusal::missing("source.objectStorage.url")) }
}

/// The `gs://` form is in older documentation only.
fn a_url_has_a_known_form(source: &Map<String, Value>, around: &Surroundings) -> Checked {
    let known = |url: &str| {
        let always = ["https://", "http://", "s3://"].iter().any(|scheme| url.starts_with(scheme));
        always || !around.strict && (url.starts_with("gs://") || url.starts_with('<'))
    };
    only(text(source, "url").is_none_or(known), "source.objectStorage.url", "must be an HTTPS or S3 URL")
}

fn authentication_fits_the_provider(source: &Map<String, Value>, around: &Surroundings) -> Checked {
    let (Some(provider), Some(authentication)) = (text(source, "type"), text(source, "authentication")) else {
        return Ok(());
    };
    let fine = match authentication {
        "IAM_ROLE" => provider == "s3" && around.provider == "aws",
        "IAM_USER" => provider != "azureblobstorage",
        "CONNECTION_STRING" => provider == "azureblobstorage",
        "SERVICE_ACCOUNT_WORKLOAD_IDENTITY" => provider == "gcs" && around.provider == "gcp",
        _ => provider == "gcs",
    };
    let why = format!("'{authentication}' is not supported for {provider}");
    only(fine, "source.objectStorage.authentication", &why)
}

fn credentials_fit_the_authentication(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let authentication = text(source, "authentication").unwrap_or_default();
    let pairs = [
        ("IAM_ROLE", "iamRole"),
        ("IAM_USER", "accessKey"),
        ("CONNECTION_STRING", "connectionString"),
        ("SERVICE_ACCOUNT", "serviceAccountKey"),
    ];
    for (with, name) in pairs {
        let path = format!("source.objectStorage.{name}");
        let why = format!("{name} is required for {with} authentication");
        only(authentication != with || has(source, name), &path, &why)?;
    }
    let key = has(source, "serviceAccountKey");
    let why = "is only supported for SERVICE_ACCOUNT authentication";
    only(!key || authentication == "SERVICE_ACCOUNT", "source.objectStorage.serviceAccountKey", why)
}

fn a_queue_needs_a_continuous_pipe(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    if !has(source, "queueUrl") {
        return Ok(());
    }
    let path = "source.objectStorage.queueUrl";
    only(is_true(source, "isContinuous"), path, "needs isContinuous")?;
    let provider = text(source, "type").unwrap_or_default();
    only(matches!(provider, "s3" | "gcs"), path, "is only supported for s3 and gcs")?;
    only(has(source, "authentication"), path, "needs an authentication")
}

fn skipping_the_initial_load_needs_a_queue(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    if !is_true(source, "skipInitialLoad") {
        return Ok(());
    }
    only(has(source, "queueUrl"), "source.objectStorage.skipInitialLoad", "needs queueUrl")?;
    only(!has(source, "startAfter"), "source.objectStorage.startAfter", "cannot be combined with skipInitialLoad")
}

/// The authentication of a GCS pipe cannot become or cease to be a service account.
pub(super) fn check_patch(stored: &Map<String, Value>, patch: &Map<String, Value>) -> Checked {
    let account = |source: &Map<String, Value>| text(source, "authentication") == Some("SERVICE_ACCOUNT");
    let changes = has(patch, "authentication") && account(stored) != account(patch);
    let why = "cannot be changed to or from SERVICE_ACCOUNT";
    only(!changes, "source.objectStorage.authentication", why)
}
