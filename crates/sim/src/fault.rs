//! Faults: what can be made to go wrong, for which requests, and how often.
//!
//! This file says what there is; what each one does to a request is in `interference`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::fault_kind::FaultKind;
use crate::route::RouteKind;

/// Something that goes wrong with the requests it matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Which requests it is for.
    pub matching: Match,
    /// How many requests it still hits; `None` is forever.
    pub times: Option<u64>,
    /// How many matching requests pass unharmed before the first hit.
    pub skip: u64,
}

/// Which requests a fault is for. What is `None` matches everything the fault makes sense for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// The HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteKind>,
    /// Part of the pipe's name. For the list it chooses among the pipes shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipe: Option<String>,
    /// The service's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The API key's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Fault {
    /// A fault that hits every request it makes sense for, forever.
    pub fn new(kind: FaultKind) -> Self {
        Self { kind, matching: Match::default(), times: None, skip: 0 }
    }

    /// The same, hitting so many requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// The same, hitting one request.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// The same, letting so many matching requests pass first.
    #[must_use]
    pub fn after(mut self, skip: u64) -> Self {
        self.skip = skip;
        self
    }

    /// The same, for one endpoint.
    #[must_use]
    pub fn on(mut self, route: RouteKind) -> Self {
        self.matching.route = Some(route);
        self
    }

    /// The same, for pipes whose name contains a text.
    #[must_use]
    pub fn pipe(mut self, part_of_name: &str) -> Self {
        self.matching.pipe = Some(part_of_name.to_owned());
        self
    }

    /// The same, for one service.
    #[must_use]
    pub fn service(mut self, id: &str) -> Self {
        self.matching.service = Some(id.to_owned());
        self
    }

    /// The same, for one API key.
    #[must_use]
    pub fn key(mut self, id: &str) -> Self {
        self.matching.key = Some(id.to_owned());
        self
    }

    /// Reads the JSON form `{"name", "parameters"?, "match"?, "times"?, "skip"?}`; `times` is a number or `"forever"`.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let object = value.as_object().ok_or("a fault is an object")?;
        let known = ["name", "parameters", "match", "times", "skip", "id", "hits"];
        if let Some(name) = object.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("a fault has no member \"{name}\""));
        }
        let parameters = object.get("parameters").cloned().unwrap_or_else(|| json!({}));
        let kind = json!({"name": object.get("name"), "parameters": parameters});
        let matching = object.get("match").cloned().unwrap_or_else(|| json!({}));
        Ok(Self {
            kind: serde_json::from_value(kind).map_err(|error| error.to_string())?,
            matching: serde_json::from_value(matching).map_err(|error| error.to_string())?,
            times: read_times(object)?,
            skip: read_skip(object)?,
        })
    }

    /// The JSON form.
    pub fn to_json(&self) -> Value {
        let mut value = serde_json::to_value(&self.kind).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.insert("match".to_owned(), json!(self.matching));
            object.insert("times".to_owned(), self.times.map_or_else(|| json!("forever"), |times| json!(times)));
            object.insert("skip".to_owned(), json!(self.skip));
        }
        value
    }
}

fn read_times(object: &Map<String, Value>) -> Result<Option<u64>, String> {
    match object.get("times") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text == "forever" => Ok(None),
        Some(value) => {
            let number = value.as_u64().ok_or("times is a number or \"forever\"")?;
            Ok(Some(number))
        }
    }
}

fn read_skip(object: &Map<String, Value>) -> Result<u64, String> {
    let skip = object.get("skip").filter(|skip| !skip.is_null());
    skip.map_or(Ok(0), |skip| skip.as_u64().ok_or_else(|| "skip is a number".to_owned()))
}

/// What a fault is matched against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The HTTP method.
    pub(crate) method: &'a str,
    /// The endpoint.
    pub(crate) route: RouteKind,
    /// The pipe's name, where the request is about one pipe.
    pub(crate) pipe: Option<&'a str>,
    /// The service.
    pub(crate) service: Option<&'a str>,
    /// The API key.
    pub(crate) key: &'a str,
    /// The source that the request makes the service connect to, as text.
    pub(crate) source: &'a str,
}

impl Fault {
    /// Whether it is for this request.
    fn fits(&self, target: &Target<'_>) -> bool {
        let Match { method, route, pipe, service, key } = &self.matching;
        let listed = target.route == RouteKind::ListPipes;
        let route_fits = route.map_or_else(|| self.kind.concerns(target.route), |route| route == target.route);
        route_fits
            && method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(target.method))
            && pipe.as_deref().is_none_or(|part| listed || target.pipe.is_some_and(|name| name.contains(part)))
            && service.as_deref().is_none_or(|service| target.service == Some(service))
            && key.as_deref().is_none_or(|key| key == target.key)
            && self.kind.concerns_source(target.source)
    }
}

/// The faults that are active, in the order in which they were injected.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    active: Vec<Active>,
    injected: u64,
}

#[derive(Debug, Clone)]
struct Active {
    id: String,
    fault: Fault,
    hits: u64,
}

impl Faults {
    /// Adds one and gives its id.
    pub(crate) fn inject(&mut self, fault: Fault) -> String {
        self.injected += 1;
        let id = format!("fault-{}", self.injected);
        self.active.push(Active { id: id.clone(), fault, hits: 0 });
        id
    }

    /// The faults that hit this request; each is counted.
    pub(crate) fn hit(&mut self, target: &Target<'_>) -> Vec<Fault> {
        let mut hits = Vec::new();
        for active in &mut self.active {
            let fault = &mut active.fault;
            if fault.times == Some(0) || !fault.fits(target) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times = fault.times.map(|times| times - 1);
            active.hits += 1;
            hits.push(fault.clone());
        }
        hits
    }

    /// Removes one; whether it was there.
    pub(crate) fn clear(&mut self, id: &str) -> bool {
        let before = self.active.len();
        self.active.retain(|active| active.id != id);
        self.active.len() < before
    }

    /// Removes all.
    pub(crate) fn clear_all(&mut self) {
        self.active.clear();
    }

    /// All of them as JSON, used-up ones included.
    pub(crate) fn to_json(&self) -> Value {
        let one = |active: &Active| {
            let mut value = active.fault.to_json();
            if let Some(object) = value.as_object_mut() {
                object.insert("id".to_owned(), json!(active.id));
                object.insert("hits".to_owned(), json!(active.hits));
            }
            value
        };
        Value::Array(self.active.iter().map(one).collect())
    }
}
