//! Requests of users and of the operator, in an order that a seed decides.
//!
//! Not here: what becomes of them.

use crd::pipe::ConnectionKind;
use fastrand::Rng;
use serde_json::{Value, json};
use simulation::store::Named;

use crate::specimen::{self, edits, statuses};

/// The kinds that the operator watches.
pub(crate) const KINDS: [&str; 5] = ["Namespace", "Secret", "ClusterCloudConnection", "CloudConnection", "ClickPipe"];

/// One request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A user does something.
    User(Named, Deed),
    /// The operator does something with the object as it was last answered.
    Operator(Named, Call),
    /// The operator reads a Secret or a `ConfigMap`.
    ReadEntries(Named),
    /// The operator makes a Secret.
    CreateSecret(Named, Vec<(String, Vec<u8>)>),
    /// The operator asks which pipes use a connection, in each of these namespaces.
    PipesOf(ConnectionKind, Vec<String>, String),
    /// Built-in controllers have their time until this object is being deleted, or is gone.
    Until(Named, End),
}

/// How far a deletion has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Begun,
    Done,
}

/// What a user does to an object.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// `kubectl create`
    Create(Value),
    /// `kubectl apply`
    Apply(Value),
    /// `kubectl edit`, `annotate`, `label`, `patch`; none removes.
    Edit(Vec<(String, Option<Value>)>),
    /// `kubectl delete --wait=false`
    Delete,
}

/// What the operator does to an object.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Get,
    ReplaceStatus(Value),
    AddFinalizer(String),
    RemoveFinalizer(String),
    Annotate(String, String),
}

/// Requests in order.
pub(crate) struct Sequence {
    /// For people.
    pub(crate) name: String,
    /// Its namespaces and the names of cluster-scoped objects begin with it.
    pub(crate) prefix: String,
    pub(crate) steps: Vec<Step>,
    /// Whether what watches show is compared too: it ends with an object of each watched kind to wait for.
    pub(crate) watched: bool,
}

impl Sequence {
    /// The sequence of a seed.
    pub(crate) fn random(seed: u64, length: usize) -> Self {
        let prefix = format!("conform-{seed}-");
        let namespace = format!("{prefix}data");
        let mut maker = Maker { random: Rng::with_seed(seed), prefix: prefix.clone() };
        let mut steps = vec![Step::User(
            Named::new("Namespace", None, &namespace),
            Deed::Create(specimen::object("Namespace", None, &namespace, 0)),
        )];
        while steps.len() < length {
            maker.some(&mut steps);
        }
        let sequence = Self { name: format!("CONFORMANCE_SEED={seed}"), prefix, steps, watched: true };
        sequence.ended()
    }

    /// A namespace is deleted: everything in it goes, but a pipe that the operator holds keeps it until it is let go.
    pub(crate) fn end_of_a_namespace() -> Self {
        let prefix = "conform-end-".to_owned();
        let data = format!("{prefix}data");
        let namespace = Named::new("Namespace", None, &data);
        let within = |kind: &str, name: &str| Named::new(kind, Some(&data), name);
        let (held, free) = (within("ClickPipe", "held"), within("ClickPipe", "free"));
        let (keys, late) = (within("Secret", "keys"), within("Secret", "late"));
        let made = |named: &Named| {
            let object = specimen::object(&named.kind, named.namespace.as_deref(), &named.name, 0);
            Step::User(named.clone(), Deed::Create(object))
        };
        let operator = |call: Call| Step::Operator(held.clone(), call);
        let finalizer = || "cloud.clickhouse.com/pipe".to_owned();
        let steps = vec![
            made(&namespace),
            made(&held),
            made(&free),
            made(&keys),
            operator(Call::Get),
            operator(Call::AddFinalizer(finalizer())),
            Step::User(namespace.clone(), Deed::Delete),
            Step::Until(held.clone(), End::Begun),
            Step::Until(free.clone(), End::Done),
            Step::Until(keys.clone(), End::Done),
            made(&late),
            Step::CreateSecret(late, Vec::new()),
            operator(Call::ReplaceStatus(json!({"observedGeneration": 1, "conditions": []}))),
            operator(Call::Get),
            operator(Call::ReplaceStatus(json!({"observedGeneration": 1, "conditions": []}))),
            operator(Call::AddFinalizer("cloud.clickhouse.com/other".to_owned())),
            operator(Call::RemoveFinalizer(finalizer())),
            Step::Until(held.clone(), End::Done),
            Step::Until(namespace.clone(), End::Done),
            made(&keys),
        ];
        Self { name: "the end of a namespace".to_owned(), prefix, steps, watched: false }
    }

    fn ended(mut self) -> Self {
        for kind in KINDS {
            let last = self.sentinel(kind);
            let object = specimen::object(kind, last.namespace.as_deref(), &last.name, 0);
            self.steps.push(Step::User(last, Deed::Create(object)));
        }
        self
    }

    /// The object of a kind that is made last.
    pub(crate) fn sentinel(&self, kind: &str) -> Named {
        let of_the_cluster = matches!(kind, "Namespace" | "ClusterCloudConnection");
        let name = format!("{}end", self.prefix);
        let namespace = format!("{}data", self.prefix);
        Named::new(kind, (!of_the_cluster).then_some(namespace.as_str()), &name)
    }
}

struct Maker {
    random: Rng,
    prefix: String,
}

impl Maker {
    /// One request, or a few that belong together.
    fn some(&mut self, steps: &mut Vec<Step>) {
        match self.random.u8(0..100) {
            0..45 => {
                let named = self.ours();
                self.operator(named, steps);
            }
            45..52 => {
                let named = self.within("Secret", &["keys", "made"]);
                steps.push(Step::ReadEntries(named));
            }
            52..56 => {
                let named = self.within("Secret", &["keys", "made"]);
                let values = (0..self.random.u8(0..3)).map(|key| (format!("k{key}"), vec![b'v', 0xff, key])).collect();
                steps.push(Step::CreateSecret(named.clone(), values));
                steps.push(Step::ReadEntries(named));
            }
            56..59 => {
                let named = self.within("ConfigMap", &["ca"]);
                steps.push(Step::ReadEntries(named));
            }
            59..62 => {
                let kind = self.one(&[ConnectionKind::CloudConnection, ConnectionKind::ClusterCloudConnection]);
                let namespaces = vec![format!("{}data", self.prefix), format!("{}late", self.prefix)];
                steps.push(Step::PipesOf(kind, namespaces, self.one(&["prod", "other"]).to_owned()));
            }
            _ => {
                let named = if self.random.u8(0..3) == 0 { self.theirs() } else { self.ours() };
                let deed = self.deed(&named);
                steps.push(Step::User(named, deed));
            }
        }
    }

    /// A call on what is there now, or on something older.
    fn operator(&mut self, named: Named, steps: &mut Vec<Step>) {
        if self.random.u8(0..10) < 7 {
            steps.push(Step::Operator(named.clone(), Call::Get));
        }
        let finalizer = self.one(&["cloud.clickhouse.com/pipe", "cloud.clickhouse.com/other"]).to_owned();
        let call = match self.random.u8(0..10) {
            0..4 => Call::ReplaceStatus(self.one(&statuses(&named.kind))),
            4..6 => Call::AddFinalizer(finalizer),
            6..8 => Call::RemoveFinalizer(finalizer),
            _ => Call::Annotate(
                self.one(&["cloud.clickhouse.com/note", "plain"]).to_owned(),
                self.random.u8(0..2).to_string(),
            ),
        };
        let again = self.random.u8(0..4) == 0;
        steps.push(Step::Operator(named.clone(), call.clone()));
        if again {
            steps.push(Step::Operator(named, call));
        }
    }

    fn deed(&mut self, named: &Named) -> Deed {
        let variant = self.random.usize(0..specimen::VARIANTS);
        let object = specimen::object(&named.kind, named.namespace.as_deref(), &named.name, variant);
        match self.random.u8(0..10) {
            2..4 => Deed::Apply(object),
            4..8 if named.kind != "Namespace" => Deed::Edit(self.one(&edits(&named.kind))),
            8..10 if named.kind != "Namespace" => Deed::Delete,
            _ => Deed::Create(object),
        }
    }

    fn ours(&mut self) -> Named {
        match self.random.u8(0..10) {
            0..7 => self.within("ClickPipe", &["orders", "users"]),
            7..9 => self.within("CloudConnection", &["prod"]),
            _ => Named::new("ClusterCloudConnection", None, &format!("{}shared", self.prefix)),
        }
    }

    fn theirs(&mut self) -> Named {
        match self.random.u8(0..10) {
            0..6 => self.within("Secret", &["keys", "made"]),
            6..9 => self.within("ConfigMap", &["ca"]),
            _ => Named::new("Namespace", None, &format!("{}late", self.prefix)),
        }
    }

    /// Mostly in the namespace that there is, sometimes in one that is made later or never.
    fn within(&mut self, kind: &str, names: &[&'static str]) -> Named {
        let namespace = if self.random.u8(0..8) == 0 { "late" } else { "data" };
        Named::new(kind, Some(&format!("{}{namespace}", self.prefix)), self.one(names))
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        self.random.choice(of).unwrap().clone()
    }
}

/// An edit of one member.
pub(crate) fn edit(path: &str, value: Value) -> Vec<(String, Option<Value>)> {
    vec![(path.to_owned(), (value != json!("nothing")).then_some(value))]
}
