//! Rules of Postgres sources.

use serde_json::{Map, Value};

use crate::refusal::{Checked, Refusal};
use crate::rules::database::{check_login, check_mappings, settings};
use crate::rules::{Rule, Surroundings, has, is_true, only, text};
use crate::source::Source;

/// All of them.
pub(super) const RULES: &[Rule] = &[
    |source, around| check_login(Source::Postgres, source, around),
    |source, _| check_mappings(Source::Postgres, source),
    a_slot_name_goes_with_cdc_only,
    failover_slots_are_the_services_own,
];

fn a_slot_name_goes_with_cdc_only(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let settings = settings(source);
    let fine = !has(&settings, "replicationSlotName") || text(&settings, "replicationMode") == Some("cdc_only");
    let why = "replicationSlotName is only valid for \"cdc_only\" replication mode";
    if fine { Ok(()) } else { Err(Refusal::bad_request(why)) }
}

fn failover_slots_are_the_services_own(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let settings = settings(source);
    let both = is_true(&settings, "enableFailoverSlots") && has(&settings, "replicationSlotName");
    let why = "is only supported when the replication slot is created by ClickPipes";
    only(!both, "source.postgres.settings.enableFailoverSlots", why)
}

/// The way to log in is fixed; trying to leave user and password fails in this odd way (TF#643).
pub(super) fn check_patch(stored: &Map<String, Value>, patch: &Map<String, Value>) -> Checked {
    let basic = text(stored, "authentication").unwrap_or("basic") == "basic";
    let leaves = text(patch, "authentication").is_some_and(|authentication| authentication != "basic");
    if basic && leaves {
        return Err(Refusal::bad_request("password is required for basic authentication"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::Toggles;

    fn refused(change: &Value) -> String {
        let mut source = json!({"host": "h", "port": 5432, "database": "d",
            "credentials": {"username": "u", "password": "p"}, "settings": {"replicationMode": "cdc"},
            "tableMappings": [{"sourceSchemaName": "s", "sourceTable": "t", "targetTable": "u"}]});
        source.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let around = Surroundings { provider: "aws".to_owned(), strict: false, toggles: Toggles::default() };
        let found = RULES.iter().find_map(|rule| rule(source.as_object().unwrap(), &around).err());
        found.map(|refusal| refusal.text).unwrap_or_default()
    }

    #[test]
    fn a_slot_name_is_for_cdc_only() {
        let text = refused(&json!({"settings": {"replicationMode": "cdc", "replicationSlotName": "s"}}));
        assert_eq!(text, "replicationSlotName is only valid for \"cdc_only\" replication mode");
        assert_eq!(refused(&json!({"settings": {"replicationMode": "cdc_only", "replicationSlotName": "s"}})), "");
    }

    #[test]
    fn a_role_beside_a_password_is_tolerated() {
        assert_eq!(refused(&json!({"iamRole": "arn:aws:iam::1:role/r"})), "");
    }

    #[test]
    fn iam_role_needs_a_role() {
        let text = refused(&json!({"authentication": "IAM_ROLE"}));
        assert!(text.ends_with("iamRole is required for IAM_ROLE authentication"), "{text}");
    }

    #[test]
    fn two_tables_cannot_share_a_target() {
        let one = json!({"sourceSchemaName": "s", "sourceTable": "a", "targetTable": "u"});
        let two = json!({"sourceSchemaName": "s", "sourceTable": "b", "targetTable": "u"});
        assert!(refused(&json!({"tableMappings": [one, two]})).contains("duplicate target table"));
    }

    #[test]
    fn basic_cannot_become_a_role() {
        let stored = Map::new();
        let patch = json!({"authentication": "IAM_ROLE"});
        let refusal = check_patch(&stored, patch.as_object().unwrap()).unwrap_err();
        assert_eq!(refusal.text, "password is required for basic authentication");
    }
}
