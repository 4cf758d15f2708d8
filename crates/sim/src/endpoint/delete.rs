//! `DELETE /clickpipes/{id}`: answered at once, torn down afterwards.

use serde_json::json;

use crate::call::Call;
use crate::course::Course;
use crate::endpoint::Outcome;
use crate::interference::Interference;
use crate::refusal::Refusal;
use crate::simulator::Simulator;
use crate::source::Family;

impl Simulator {
    /// Deletes a pipe in any state. A streaming pipe is not found any more at once; a database pipe stays visible while
    /// it is torn down (TF PR 690).
    pub(super) fn delete_pipe(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        self.check_running(call)?;
        let pipe = self.found(call)?;
        let (id, name, family, state) = (pipe.id.clone(), pipe.name.clone(), pipe.family(), pipe.state());
        let usual = match family {
            Family::Database => self.time.teardown_database_ms,
            Family::Streaming | Family::ObjectStorage => self.time.teardown_ms,
        };
        let linger = how.linger_ms.map_or(usual, |ms| self.config.at_speed(ms));
        let gone_at_ms = self.now_ms.saturating_add(linger);
        self.set_course(&id, Course::resting(state));
        self.touch(&id);
        if let Some(pipe) = self.pipes.get_mut(&id) {
            // A second DELETE does not put off the end of the first.
            pipe.gone_at_ms = Some(pipe.gone_at_ms.map_or(gone_at_ms, |gone| gone.min(gone_at_ms)));
        }
        Ok(self.outcome(json!({"name": name})))
    }
}
