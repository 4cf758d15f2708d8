//! What happens without a request: commits, and states that give way to the next.
//!
//! Which state gives way to which is in `machine`.

use crate::agenda::Event;
use crate::course::Course;
use crate::interference::Interference;
use crate::machine;
use crate::pipe::Pipe;
use crate::scaling;
use crate::simulator::Simulator;
use crate::source::Family;
use crate::state::PipeState;

impl Simulator {
    /// Lets everything happen that is due at `now_ms` or before.
    pub fn advance(&mut self, now_ms: u64) {
        while let Some((at_ms, event)) = self.agenda.take_due(now_ms) {
            self.now_ms = self.now_ms.max(at_ms);
            self.happen(event);
        }
        self.now_ms = self.now_ms.max(now_ms);
    }

    /// When something happens next without a request. It may turn out to change nothing.
    pub fn next_event(&self) -> Option<u64> {
        self.agenda.next()
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Commit(pipe) => self.commit(*pipe),
            Event::Replay(call) => {
                // The answer was given long ago; nobody is left to hear of a refusal.
                let _unheard = self.execute(&call, &Interference::default());
            }
            Event::PipeDue(id) => self.step_pipe(&id),
            Event::ServiceDue(id) => self.step_service(&id),
            Event::ScalingDue(id) => {
                if let Some(service) = self.services.get_mut(&id)
                    && let Some(scaling) = service.scaling_to_come.take()
                {
                    service.shared_scaling = Some(scaling);
                }
            }
        }
    }

    /// Puts a new pipe where reads find it.
    pub(crate) fn commit(&mut self, pipe: Pipe) {
        let (id, course, service) = (pipe.id.clone(), pipe.course.clone(), pipe.service.clone());
        let provisioned = pipe.family() == Family::Database && pipe.state() != PipeState::Provisioning;
        self.pipes.insert(id.clone(), pipe);
        self.set_course(&id, course);
        if provisioned {
            self.provisioned(&service);
        }
    }

    /// Sends a pipe along a course.
    pub(crate) fn set_course(&mut self, id: &str, course: Course<PipeState>) {
        if let Some(due_ms) = course.due_ms() {
            self.agenda.put(due_ms, Event::PipeDue(id.to_owned()));
        }
        if let Some(pipe) = self.pipes.get_mut(id) {
            pipe.course = course;
        }
    }

    fn step_pipe(&mut self, id: &str) {
        let now_ms = self.now_ms;
        let Some(pipe) = self.pipes.get_mut(id) else {
            return;
        };
        // A course that was replaced in the meantime leaves its old date behind in the agenda.
        if pipe.course.due_ms() != Some(now_ms) || !pipe.alive(now_ms) {
            return;
        }
        pipe.course.step(now_ms);
        if pipe.stop_wanted && pipe.state() == PipeState::Running {
            pipe.stop_wanted = false;
            pipe.course = machine::stopping(pipe.source, now_ms, &self.time);
        }
        let (course, service) = (pipe.course.clone(), pipe.service.clone());
        let (family, state) = (pipe.family(), pipe.state());
        self.set_course(id, course);
        self.touch(id);
        if family == Family::Database && state != PipeState::Provisioning {
            self.provisioned(&service);
        }
        if matches!(state, PipeState::Running | PipeState::Completed) {
            self.fill_tables(id);
        }
    }

    /// The first database pipe brings the shared scaling into being.
    fn provisioned(&mut self, service: &str) {
        if let Some(service) = self.services.get_mut(service)
            && service.shared_scaling.is_none()
        {
            service.shared_scaling = Some(scaling::smallest_shared());
        }
    }

    /// Remembers that a pipe's tables hold rows now, where that was asked for.
    fn fill_tables(&mut self, id: &str) {
        if !self.config.toggles.tables_keep_rows {
            return;
        }
        let Some(pipe) = self.pipes.get(id) else {
            return;
        };
        let tables = crate::tables::written(pipe.family(), &pipe.document, &pipe.destination);
        if let Some(service) = self.services.get_mut(&pipe.service) {
            service.tables_with_rows.extend(tables);
        }
    }

    fn step_service(&mut self, id: &str) {
        let now_ms = self.now_ms;
        let Some(service) = self.services.get_mut(id) else {
            return;
        };
        if service.course.due_ms() != Some(now_ms) {
            return;
        }
        service.course.step(now_ms);
        if let Some(due_ms) = service.course.due_ms() {
            self.agenda.put(due_ms, Event::ServiceDue(id.to_owned()));
        }
    }

    /// A point of time in microseconds, never the same twice.
    pub(crate) fn micros(&mut self, at_ms: u64) -> u64 {
        self.ticks += 1;
        let ms = self.config.epoch_unix_ms.saturating_add(at_ms);
        ms.saturating_mul(1000).saturating_add(self.ticks * 7 % 1000)
    }

    /// Notes that a pipe was changed now.
    pub(crate) fn touch(&mut self, id: &str) {
        let (now_ms, micros) = (self.now_ms, self.micros(self.now_ms));
        if let Some(pipe) = self.pipes.get_mut(id) {
            pipe.changed_at_ms = now_ms;
            pipe.updated_micros = micros;
        }
    }

    /// Keeps a pipe as it is, for stale reads after the change that comes now.
    pub(crate) fn remember(&mut self, id: &str) {
        if let Some(pipe) = self.pipes.get_mut(id) {
            let mut before = pipe.clone();
            before.before = None;
            pipe.before = Some(Box::new(before));
        }
    }
}
