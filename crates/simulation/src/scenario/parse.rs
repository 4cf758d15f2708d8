//! From the words of a story to commands.
//!
//! Not here: substituting what is only known when the story runs ([`super::stage`]).

use controller::duration;
use serde_json::{Map, Value, json};

use super::Lines;
use super::command::{Change, Command, Deed, Show};
use super::example::example;
use super::expectation::Expectation;
use crate::store::Named;

type Parsed<T> = Result<T, String>;

/// Reads one command.
pub fn parse(lines: &Lines) -> Parsed<Command> {
    let words: Vec<&str> = lines.command.split_whitespace().collect();
    let rest = |count: usize| -> &str {
        let mut rest = lines.command.as_str();
        for _ in 0..count {
            rest = rest.trim_start().split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
        }
        rest.trim()
    };
    Ok(match words.as_slice() {
        ["apply"] => Command::Apply(lines.block.clone(), Vec::new()),
        ["apply", name] => Command::Apply(example(name)?, changes(&lines.block)?),
        ["apply", name, "as", other] => {
            let mut changes = changes(&lines.block)?;
            changes.insert(0, ("metadata.name".to_owned(), Some(json!(other))));
            Command::Apply(example(name)?, changes)
        }
        ["edit", object, ..] => {
            let inline = rest(2);
            let text = if inline.is_empty() { lines.block.as_str() } else { inline };
            Command::Edit(named(object), changes(text)?)
        }
        ["annotate", object, ..] => {
            let (name, value) = rest(2).split_once('=').map_or((rest(2), None), |(name, value)| (name, Some(value)));
            let name = if name.contains('/') { name.to_owned() } else { format!("{}/{name}", crd::GROUP) };
            let path = format!("metadata.annotations.{}", name.replace('/', "~1").replace('.', "~2"));
            Command::Edit(named(object), vec![(path, value.map(Value::from))])
        }
        ["delete", object] => Command::Delete(named(object)),
        ["secret", name, ..] => {
            let (key, value) = rest(2).split_once('=').ok_or("secret <name> <key>=<value>")?;
            Command::Secret((*name).to_owned(), key.to_owned(), value.to_owned())
        }
        ["somebody", "puts", object, "into", state] => {
            Command::Somebody(Deed::Puts(named(object), (*state).to_owned()))
        }
        ["somebody", "deletes", object] => Command::Somebody(Deed::Deletes(named(object))),
        ["somebody", "edits", object] => Command::Somebody(Deed::Edits(named(object), yaml(&lines.block)?)),
        ["somebody", "makes", label] => Command::Somebody(Deed::Makes((*label).to_owned(), yaml(&lines.block)?)),
        ["service", "removed"] => Command::Service(None),
        ["service", state] => Command::Service(Some((*state).to_owned())),
        ["key", "disabled"] => Command::Key(false),
        ["key", "enabled"] => Command::Key(true),
        ["key", "foreign"] => Command::ForeignKey,
        ["behaviour", ..] => Command::Behaviour(yaml(rest(1))?),
        ["fault"] => {
            let fault = yaml(&lines.block)?;
            sim::Fault::from_json(&fault)?;
            Command::Fault(fault)
        }
        ["fault", name, ..] => Command::Fault(fault(name, words.get(2..).unwrap_or_default())?),
        ["faults", "end"] => Command::FaultsEnd,
        ["network", "down"] => Command::Network(false),
        ["network", "up"] => Command::Network(true),
        ["advance", time] => Command::Advance(duration::parse(time).map_err(|error| error.to_string())?),
        ["settle"] => Command::Settle,
        ["restart"] => Command::Restart,
        ["operators", count] => Command::Operators(count.parse().map_err(|_| "operators <count>")?),
        ["mark"] => Command::Mark,
        ["expect", ..] => Command::Expect(expectation(rest(1))?),
        ["await", ..] => Command::Await(expectation(rest(1))?),
        ["finally", ..] => Command::Finally(expectation(rest(1))?),
        ["show", "status", object] => Command::Show(Show::Status(named(object))),
        ["show", "plan", object] => Command::Show(Show::Plan(named(object))),
        ["show", "pipe", object] => Command::Show(Show::Pipe(named(object))),
        _ => return Err(format!("no such command: {}", lines.command)),
    })
}

/// `kafka`, `team/kafka`, `connection/prod`, `clusterconnection/prod`, `secret/kafka`, `namespace/data`.
fn named(text: &str) -> Named {
    match text.split_once('/') {
        None => Named::new("ClickPipe", Some("data"), text),
        Some(("connection", name)) => Named::new("CloudConnection", Some("data"), name),
        Some(("clusterconnection", name)) => Named::new("ClusterCloudConnection", None, name),
        Some(("secret", name)) => Named::new("Secret", Some("data"), name),
        Some(("namespace", name)) => Named::new("Namespace", None, name),
        Some((namespace, name)) => Named::new("ClickPipe", Some(namespace), name),
    }
}

/// `path = value` or `remove path`, a line each.
fn changes(text: &str) -> Parsed<Vec<Change>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| match (line.strip_prefix("remove "), line.split_once(" = ")) {
            (Some(path), _) => Ok((path.to_owned(), None)),
            (None, Some((path, value))) => Ok((path.to_owned(), Some(yaml(value)?))),
            (None, None) => Err(format!("neither `path = value` nor `remove path`: {line}")),
        })
        .collect()
}

fn yaml(text: &str) -> Parsed<Value> {
    serde_saphyr::from_str(text).map_err(|error| format!("{text}: {error}"))
}

/// `<name> [on <Route>] [pipe <part>] [once | <n> times] [after <n>] [parameter=value ...]`
fn fault(name: &str, words: &[&str]) -> Parsed<Value> {
    let (mut matching, mut parameters, mut fault) = (Map::new(), Map::new(), Map::new());
    let mut words = words.iter().copied().peekable();
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or_else(|| format!("a word is missing after {word}"));
        match word {
            "on" => drop(matching.insert("route".to_owned(), json!(next()?))),
            "pipe" => drop(matching.insert("pipe".to_owned(), json!(next()?))),
            "once" => drop(fault.insert("times".to_owned(), json!(1))),
            "after" => drop(fault.insert("skip".to_owned(), yaml(next()?)?)),
            "times" => drop(fault.insert("times".to_owned(), yaml(next()?)?)),
            parameter => {
                let (name, value) = parameter.split_once('=').ok_or_else(|| format!("no such word: {parameter}"))?;
                parameters.insert(name.to_owned(), yaml(value)?);
            }
        }
    }
    fault.insert("name".to_owned(), json!(name));
    fault.insert("match".to_owned(), Value::Object(matching));
    fault.insert("parameters".to_owned(), Value::Object(parameters));
    let fault = Value::Object(fault);
    sim::Fault::from_json(&fault).map(|_| fault)
}

fn expectation(text: &str) -> Parsed<Expectation> {
    let (text, words) = match text.split_once(" \"") {
        Some((text, words)) => (text, Some(words.trim_end_matches('"').to_owned())),
        None => (text, None),
    };
    let value = |text: &str, path: &str| -> Parsed<Value> {
        text.split_once(path)
            .map_or("", |(_, rest)| rest)
            .trim()
            .strip_prefix("= ")
            .map_or_else(|| Err(format!("no value: {text}")), yaml)
    };
    let parts: Vec<&str> = text.split_whitespace().collect();
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("{text} is not a number"));
    Ok(match parts.as_slice() {
        ["calls", kind, count] => Expectation::Calls((*kind).to_owned(), number(count)?),
        ["pipes", count] => Expectation::Pipes(usize::try_from(number(count)?).unwrap_or_default()),
        ["running", count] => Expectation::Running(usize::try_from(number(count)?).unwrap_or_default()),
        [object, "gone"] => Expectation::Gone(named(object)),
        [object, "no", r#type] => Expectation::NoCondition(named(object), (*r#type).to_owned()),
        [object, "pipe", path, "=", ..] => Expectation::Pipe(named(object), (*path).to_owned(), value(text, path)?),
        [object, path, "=", ..] => Expectation::Member(named(object), (*path).to_owned(), value(text, path)?),
        [object, r#type, status, reason @ ..] if reason.len() <= 1 => Expectation::Condition {
            object: named(object),
            r#type: (*r#type).to_owned(),
            status: (*status).to_owned(),
            reason: reason.first().map(|reason| (*reason).to_owned()),
            words,
        },
        _ => return Err(format!("no such expectation: {text}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> Command {
        parse(&Lines { command: text.to_owned(), block: String::new() }).unwrap()
    }

    #[test]
    fn a_fault_has_its_match_and_its_parameters() {
        let Command::Fault(fault) = command("fault gateway-timeout on CreatePipe once commit_after_ms=0") else {
            panic!("not a fault");
        };
        assert_eq!(fault["match"]["route"], "CreatePipe");
        assert_eq!(fault["times"], 1);
        assert_eq!(fault["parameters"]["commit_after_ms"], 0);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for text in ["dance", "fault nonsense", "expect kafka", "advance soon", "edit kafka spec.name"] {
            assert!(parse(&Lines { command: text.to_owned(), block: String::new() }).is_err(), "{text}");
        }
    }

    #[test]
    fn an_expectation_may_want_words_in_the_message() {
        let Command::Expect(Expectation::Condition { reason, words, .. }) =
            command("expect kafka Synced False SourceRejected \"cannot be reached\"")
        else {
            panic!("not a condition");
        };
        assert_eq!((reason.as_deref(), words.as_deref()), (Some("SourceRejected"), Some("cannot be reached")));
    }
}
