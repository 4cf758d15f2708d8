//! Reading pipes: the list, and one by its id.

use serde_json::Value;

use crate::call::Call;
use crate::endpoint::Outcome;
use crate::interference::{Interference, Sight};
use crate::pipe::Pipe;
use crate::refusal::Refusal;
use crate::simulator::Simulator;

impl Simulator {
    /// All pipes of a service, oldest first.
    pub(super) fn list_pipes(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        self.check_running(call)?;
        let theirs = self.pipes.values().filter(|pipe| pipe.service == call.service());
        let mut listed: Vec<&Pipe> = theirs.filter(|pipe| self.listed(pipe, how)).collect();
        listed.sort_by_key(|pipe| (pipe.created_micros, pipe.id.as_str()));
        listed.truncate(how.list_keep.unwrap_or(usize::MAX));
        let shown = listed.into_iter().map(|pipe| self.show(pipe, how));
        let result = Value::Array(shown.collect());
        Ok(self.outcome(result))
    }

    /// Whether the list shows a pipe: by the list's own, maybe older, idea of the time.
    fn listed(&self, pipe: &Pipe, how: &Interference) -> bool {
        let lags = how.sights_of(&pipe.name).filter_map(|sight| match sight {
            Sight::Lag(ms) => Some(self.config.at_speed(*ms)),
            Sight::Switches(_) | Sight::Stale(_) | Sight::State(_) => None,
        });
        let lag = lags.max().unwrap_or(0);
        pipe.listed_at_ms.saturating_add(lag) <= self.now_ms
            && pipe.gone_at_ms.is_none_or(|gone| gone.saturating_add(lag) > self.now_ms)
    }

    /// One pipe. A new one may not be found at first; a deleted one is not found at all.
    pub(super) fn get_pipe(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        self.check_running(call)?;
        let now_ms = self.now_ms;
        let id = self.found(call)?.id.clone();
        if let Some(pipe) = self.pipes.get_mut(&id)
            && (pipe.hidden_reads > 0 || pipe.visible_at_ms > now_ms)
        {
            pipe.hidden_reads = pipe.hidden_reads.saturating_sub(1);
            return Err(Refusal::not_found("Not Found"));
        }
        let pipe = self.found(call)?;
        Ok(self.outcome(self.show(pipe, how)))
    }
}
