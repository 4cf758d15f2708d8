//! Every rule that only the operator can check, on the real thing: the manifest is stored and refused by condition, or the change is told
//! to need a new pipe; the cure that the words name makes the pipe Ready.
//!
//! The cases are those of the crate `plan`; one world plays them all at once. Not here: rules of the API server (`rules`).

use serde_json::{Value, json};
use testbed::World;

use crate::cases::{Case, Cases, list};
use crate::words::{KEY, assert_budget_kept, connection, count, live_pipes, wait_for, world};

const FOLDER: &str = "crates/plan/tests/rules";

#[test]
fn the_operator_keeps_every_rule() {
    let world = world();
    let _operator = world.start_operator(&[]).unwrap();
    world.apply(&connection(KEY.1, world.simulator().url())).unwrap();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "rules"}, "stringData": {
        "password": "hunter2", "secretKey": "hunter2", "key.json": "{\"type\": \"service_account\"}",
    }});
    world.apply(&secret.to_string()).unwrap();
    let files = Cases::read(FOLDER);
    let cases = |list: &str| -> Vec<(String, Case)> {
        files.iter().flat_map(|file| file.list(list).into_iter().map(|case| (file.ready().to_owned(), case))).collect()
    };
    let (refused, replaced) = (cases("refused"), cases("replaced"));
    assert!(refused.len() >= 5 && replaced.len() >= 5);
    let before = replaced.iter().filter_map(|(_, case)| case.was.clone());
    apply(&world, refused.iter().map(|(_, case)| case.refused.clone()).chain(before));

    for (_, Case { name, says, .. }) in &refused {
        let message = wait_for(&world, &format!("clickpipe/{name}"), "Stalled", "True", "InvalidSpec");
        assert!(message.contains(says), "{name}: {message}");
        wait_for(&world, &format!("clickpipe/{name}"), "Ready", "False", "ApplyFailed");
    }
    settled(&world, &replaced);
    assert_eq!(
        count(&world, "CreatePipe"),
        u64::try_from(replaced.len()).unwrap(),
        "nothing was created that is refused"
    );

    apply(
        &world,
        refused.iter().map(|(_, case)| case.cured.clone()).chain(replaced.iter().map(|(_, case)| case.refused.clone())),
    );
    for (_, Case { name, says, .. }) in &replaced {
        let message = wait_for(&world, &format!("clickpipe/{name}"), "Stalled", "True", "ImmutableFieldChange");
        assert!(message.contains(says), "{name}: {message}");
    }
    settled(&world, &refused);

    apply(&world, replaced.iter().map(|(_, case)| case.cured.clone()));
    settled(&world, &replaced);
    assert_eq!(count(&world, "PatchPipe") + count(&world, "SetScaling"), 0, "nothing was changed");
    assert_eq!(live_pipes(&world).len(), refused.len() + replaced.len());
    assert_budget_kept(&world);
}

fn apply(world: &World, objects: impl Iterator<Item = Value>) {
    world.apply(&list(&objects.collect::<Vec<_>>())).unwrap();
}

fn settled(world: &World, cases: &[(String, Case)]) {
    for (ready, Case { name, .. }) in cases {
        wait_for(world, &format!("clickpipe/{name}"), "Ready", "True", ready);
        wait_for(world, &format!("clickpipe/{name}"), "Synced", "True", "ReconcileSuccess");
    }
}
