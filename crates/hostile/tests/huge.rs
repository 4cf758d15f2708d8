//! A megabyte of anything, and nesting without end.
//!
//! Not here: small inputs (the corpus).

use hostile::TARGETS;

const MEGABYTE: usize = 1 << 20;

/// Bodies of about a megabyte.
fn bodies() -> Vec<Vec<u8>> {
    let pipe = |name: &str| {
        format!(r#"{{"id":"33333333-3333-4333-8333-333333333333","name":"orders","state":"Running","{name}":"#)
    };
    let long = "x".repeat(MEGABYTE);
    let mut bodies = vec![
        b"\xff\xfe\x00".repeat(MEGABYTE / 3),
        b"[".repeat(MEGABYTE),
        b"{\"a\":".repeat(MEGABYTE / 5),
        format!("<!DOCTYPE HTML>{long}").into_bytes(),
        format!(r#"{{"error":"{long}","requestId":"{long}"}}"#).into_bytes(),
        format!(r#"{{"requestId":"r","result":[{}]}}"#, vec![pipe("x") + "1}"; 10_000].join(",")).into_bytes(),
        format!(r#"{{"requestId":"r","result":[{}{}]}}"#, pipe("source"), r#"{"kafka":{"topics":1,"topics":2}}}"#)
            .into_bytes(),
    ];
    for member in ["name", "state", "createdAt", "updatedAt", "source", "scaling"] {
        bodies.push(format!(r#"{{"requestId":"r","result":[{}"{long}"}}]}}"#, pipe(member)).into_bytes());
    }
    for (path, value) in [("kafka", "consumerGroup"), ("postgres", "tlsHost")] {
        bodies.push(
            format!(r#"{{"requestId":"r","result":[{}{{"{path}":{{"{value}":"{long}"}}}}}}]}}"#, pipe("source"))
                .into_bytes(),
        );
    }
    let mappings = vec![r#"{"sourceSchemaName":"s","sourceTable":"t","targetTable":"u"}"#; 10_000].join(",");
    bodies.push(
        format!(
            r#"{{"requestId":"r","result":[{}{{"postgres":{{"tableMappings":[{mappings}]}}}}}}]}}"#,
            pipe("source")
        )
        .into_bytes(),
    );
    bodies
}

/// What stands before the body, for each target.
const HEADS: [(&str, &[u8]); 5] = [
    ("answer", b"ListPipes 200 \n"),
    ("answer", b"CreatePipe 500 \n"),
    ("record", b""),
    ("observed", b"\x01"),
    ("life", b"\x02200 "),
];

/// Faults: F24, F36.
#[test]
fn a_megabyte_keeps_the_promises() {
    for body in bodies() {
        for (target, head) in HEADS {
            let run = TARGETS.iter().find(|(name, _)| *name == target).expect("the target is there").1;
            run(&[head, body.as_slice()].concat());
        }
    }
}
