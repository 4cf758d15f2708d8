//! The value behind a reference changes: it reaches the service once and within one poll, or the condition says what it would take. No text
//! that people or other programs see tells anything about a secret.
//!
//! Not here: edits of the reference itself ([`crate::edits`]).

use std::collections::BTreeMap;

use clickpipes_plan::document::{Values, references, wanted};
use clickpipes_plan::fingerprint::Key;
use cloud::{Document, Secret};
use crd::credential::Encoding;
use crd::facts::Change as Changeable;
use crd::source::SourceKind;
use crd::status::Impact;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use serde_json::Value;
use sha2::{Digest, Sha256, Sha512};
use specimens::{Specimen, flavours, leaves, path};

use crate::life::{Converged, POLL, missing, written};
use crate::world::World;

#[test]
fn a_rotated_value_reaches_the_service_once_and_is_never_told() {
    let mut wrong = Vec::new();
    let mut rotated = BTreeMap::new();
    for kind in SourceKind::ALL {
        let mut worlds = Converged::default();
        for flavour in flavours(kind) {
            for (path, place, encoding) in flavour.references() {
                let change = changeable(kind, &path);
                let after = flavour.rotated(&place, encoding, 2);
                let mut world = worlds.on(&flavour);
                if world.status.pipe.as_ref().and_then(|pipe| pipe.state.as_deref()) == Some("Completed") {
                    continue;
                }
                world.secrets.clone_from(&after.secrets);
                world.live(POLL);
                let calls = written(&world);
                world.live(19 * POLL);
                let later = written(&world).len() - calls.len();
                let found = match change {
                    Changeable::Fixed => refused(&world, &calls),
                    Changeable::InPlace => sent(&world, &calls, &["PATCH pipe"]),
                    Changeable::WhilePaused => sent(&world, &calls, &["PATCH state stop", "PATCH pipe"]),
                };
                *rotated.entry(format!("{change:?}")).or_insert(0) += 1;
                let told: Vec<String> =
                    [&flavour, &after].iter().flat_map(|one| told(&world, one, encoding, &place)).collect();
                if found.is_some() || later > 0 || !told.is_empty() {
                    wrong.push(format!("{path} of {}: {found:?}, {later} later, told {told:?}", flavour.label));
                }
            }
        }
    }
    println!("{rotated:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rotated.len() == 3 && rotated.values().sum::<i32>() > 25, "{rotated:?}");
}

#[test]
fn the_same_value_behind_another_reference_is_no_change() {
    for kind in SourceKind::ALL {
        let mut worlds = Converged::default();
        for flavour in flavours(kind) {
            let mut world = worlds.on(&flavour);
            let mut moved = flavour.spec.to_string();
            for (_, (name, _), _) in flavour.references() {
                moved = moved.replace(&format!("\"name\":\"{name}\""), &format!("\"name\":\"moved-{name}\""));
            }
            let spec: Value = serde_json::from_str(&moved).unwrap();
            let mut after = flavour.with(spec);
            after.secrets = flavour
                .secrets
                .iter()
                .map(|((name, key), value)| ((format!("moved-{name}"), key.clone()), value.clone()))
                .collect();
            crate::life::edit(&mut world, &after);
            world.live(4 * POLL);
            assert_eq!(
                (written(&world), world.condition("Synced")),
                (Vec::new(), "True ReconcileSuccess".to_owned()),
                "{}",
                flavour.label
            );
        }
    }
}

/// Whether the field at this path may change.
fn changeable(kind: SourceKind, place: &str) -> Changeable {
    leaves(kind).into_iter().find(|leaf| path::text(&leaf.path) == place).map(|leaf| leaf.facts.change).unwrap()
}

fn sent(world: &World, calls: &[String], expected: &[&str]) -> Option<String> {
    let resumed = calls.last().is_some_and(|call| call == "PATCH state start");
    let without_start = if resumed { &calls[..calls.len() - 1] } else { calls };
    let missing = missing(world);
    (without_start != expected || !missing.is_empty() || world.condition("Synced") != "True ReconcileSuccess")
        .then(|| format!("{calls:?}, missing {missing:?}, {}", world.condition("Synced")))
}

fn refused(world: &World, calls: &[String]) -> Option<String> {
    let class = world.status.plan.as_ref().map(|plan| plan.class);
    let fits =
        calls.is_empty() && world.condition("Synced") == "False ImmutableFieldChange" && class == Some(Impact::Replace);
    (!fits).then(|| format!("{calls:?}, {class:?}, {}", world.condition("Synced")))
}

/// What of one secret, or of a hash of it that anybody could make, can be read in the status, the trace or the plan.
fn told(world: &World, specimen: &Specimen, encoding: Encoding, place: &(String, String)) -> Vec<String> {
    if !encoding.is_secret() {
        return Vec::new();
    }
    let desired = world.desired();
    let texts = [
        serde_json::to_string(&world.status).unwrap(),
        format!("{:?}", world.trace),
        format!("{:?} {:?}", desired.wanted, world.status),
        format!("{:?}", world.memory),
    ];
    let clear = &specimen.secrets[place];
    let mut forms = vec![clear.trim().to_owned()];
    forms.extend(sent_forms(specimen));
    let mut needles = Vec::new();
    for form in forms {
        for bytes in [form.as_bytes().to_vec(), Sha256::digest(&form).to_vec(), Sha512::digest(&form).to_vec()] {
            let encoded = [
                HEXLOWER.encode(&bytes),
                HEXUPPER.encode(&bytes),
                BASE64.encode(&bytes),
                BASE64URL_NOPAD.encode(&bytes),
            ];
            // The first half is enough for a guess, and catches a hash that was cut.
            needles.extend(encoded.iter().map(|text| text[..text.len().min(16)].to_owned()));
        }
        needles.push(form);
    }
    needles.retain(|needle| texts.iter().any(|text| text.contains(needle.as_str())));
    needles
}

/// Every secret of a specimen as it is sent.
fn sent_forms(specimen: &Specimen) -> Vec<String> {
    let spec = specimen.typed();
    let values: Values = references(&spec)
        .into_iter()
        .map(|reference| {
            let clear = specimen.secrets[&(reference.name.clone(), reference.key.clone())].clone();
            (reference, Ok(Secret::new(clear)))
        })
        .collect();
    let wanted = wanted(&spec, &values, &Key::new(Secret::new("another key".into()))).unwrap();
    let mut found = Vec::new();
    secrets(&wanted.document, &mut found);
    found
}

fn secrets(document: &Document, found: &mut Vec<String>) {
    match document {
        Document::Value(_) => {}
        Document::Secret(secret) => found.push(secret.expose().to_owned()),
        Document::Object(members) => members.values().for_each(|member| secrets(member, found)),
        Document::List(items) => items.iter().for_each(|item| secrets(item, found)),
    }
}
