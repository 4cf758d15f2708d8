//! A simulator with a hand-driven clock, and short words for talking to it.

use clickpipes_sim::{Config, DEFAULT_ORGANIZATION, DEFAULT_SERVICE, Exchange, Fault, Request, Simulator};
use serde_json::{Value, json};

/// A simulator and the time. The rate limit is off unless a test turns it on.
pub(crate) struct World {
    pub(crate) sim: Simulator,
    pub(crate) now_ms: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Config { rate_limit: None, ..Config::default() })
    }

    pub(crate) fn with(config: Config) -> Self {
        Self { sim: Simulator::new(config), now_ms: 0 }
    }

    /// A simulator in which things go wrong, given in the JSON form.
    pub(crate) fn faulty(fault: &Value) -> Self {
        let mut world = Self::new();
        world.break_with(fault);
        world
    }

    pub(crate) fn break_with(&mut self, fault: &Value) {
        self.sim.inject(Fault::from_json(fault).unwrap());
    }

    pub(crate) fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
        self.sim.advance(self.now_ms);
    }

    /// One API request; `path` is what follows `/clickpipes`. The clock does not move.
    pub(crate) fn call(&mut self, method: &str, path: &str, body: &Value) -> Exchange {
        let path = format!("/v1/organizations/{DEFAULT_ORGANIZATION}/services/{DEFAULT_SERVICE}/clickpipes{path}");
        self.request(method, &path, body)
    }

    /// One request of any path.
    pub(crate) fn request(&mut self, method: &str, path: &str, body: &Value) -> Exchange {
        let request = Request::new(method, path).key("key", "secret");
        let request = if body.is_null() { request } else { request.json(body) };
        self.sim.handle(self.now_ms, &request)
    }

    /// One admin request that is understood.
    pub(crate) fn admin(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let exchange = self.request(method, &format!("/_sim{path}"), body);
        assert_eq!(exchange.status(), 200, "{}", exchange.body());
        exchange.body()
    }

    /// Creates a pipe, and gives its id when the answer has come.
    pub(crate) fn create(&mut self, body: &Value) -> String {
        let exchange = self.call("POST", "", body);
        assert_eq!(exchange.status(), 200, "{}", exchange.body());
        self.wait(exchange.delay_ms);
        exchange.result()["id"].as_str().unwrap().to_owned()
    }

    /// Somebody's pipe that rests in a state.
    pub(crate) fn resting(&mut self, body: &Value, state: &str) -> String {
        let mut body = body.clone();
        body["state"] = json!(state);
        self.admin("POST", "/pipes", &body)["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn get(&mut self, id: &str) -> Value {
        self.call("GET", &format!("/{id}"), &Value::Null).result()
    }

    pub(crate) fn state(&mut self, id: &str) -> String {
        self.get(id)["state"].as_str().unwrap_or("gone").to_owned()
    }

    pub(crate) fn patch(&mut self, id: &str, body: &Value) -> Exchange {
        self.call("PATCH", &format!("/{id}"), body)
    }

    pub(crate) fn command(&mut self, id: &str, command: &str) -> Exchange {
        self.call("PATCH", &format!("/{id}/state"), &json!({"command": command}))
    }

    /// How many pipes there are behind the API's back.
    pub(crate) fn committed(&self) -> usize {
        self.sim.pipes().filter(|pipe| pipe.alive(self.now_ms)).count()
    }

    /// The states a pipe passes through if it is left alone, with the second at which each begins.
    pub(crate) fn course(&mut self, id: &str) -> Vec<(u64, String)> {
        let start_ms = self.now_ms;
        let mut seen: Vec<(u64, String)> = Vec::new();
        for second in 0..300 {
            self.now_ms = start_ms + second * 1000;
            let state = self.state(id);
            if seen.last().is_none_or(|(_, last)| *last != state) {
                seen.push((second, state));
            }
        }
        seen
    }
}

/// A course as it reads in a test: `0 Provisioning, 20 Running`.
pub(crate) fn told(course: &[(u64, String)]) -> String {
    course.iter().map(|(second, state)| format!("{second} {state}")).collect::<Vec<_>>().join(", ")
}
