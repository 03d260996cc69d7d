//! What the operations on schedules are to the engine.

use async_trait::async_trait;
use sessiond_api::{self as api, Code, Problem};
use sessiond_core::ScheduleId;

use super::{Embedded, addressable, page_limit, problem, unconditional};
use crate::Conditions;
use crate::traits::Schedules;

#[async_trait]
impl Schedules for Embedded {
    async fn create_schedule(
        &self,
        request: api::CreateSchedule,
        conditions: Conditions,
    ) -> Result<api::Schedule, Problem> {
        unconditional(&conditions)?;
        let idempotency = self.idempotency(&conditions, "create_schedule", &request)?;
        let id = match &request.schedule_id {
            Some(id) => {
                addressable("schedule_id", id.as_str(), "/schedule_id")?;
                id.clone()
            }
            None => ScheduleId::parse(self.engine.fresh_id("sched")).map_err(|error| {
                Problem::new(Code::Internal, format!("cannot generate a schedule id: {error}"))
            })?,
        };
        let plan = request.into_core(&id)?;
        let made = self.engine.create_schedule(&self.principal, id, plan, idempotency).await;
        self.view(&made.map_err(problem)?)
    }

    async fn preview_schedule(&self, request: api::PreviewSchedule) -> Result<api::UpcomingTimes, Problem> {
        request.times(self.engine.now())
    }

    async fn schedules(&self, query: api::ListSchedules) -> Result<api::SchedulePage, Problem> {
        let limit = page_limit(query.limit)?;
        let page = self.engine.schedules(&self.principal, query.cursor, limit).await.map_err(problem)?;
        let schedules =
            page.schedules.iter().map(|schedule| self.view(schedule)).collect::<Result<_, _>>()?;
        Ok(api::SchedulePage { schedules, next_cursor: page.next_cursor })
    }

    async fn schedule(&self, id: &ScheduleId) -> Result<api::Schedule, Problem> {
        self.view(&self.engine.schedule(&self.principal, id).await.map_err(problem)?)
    }

    async fn update_schedule(
        &self,
        id: &ScheduleId,
        request: api::UpdateSchedule,
        conditions: Conditions,
    ) -> Result<api::Schedule, Problem> {
        request.check(id)?;
        let expected = conditions.expected_revision;
        let changed =
            self.engine.change_schedule(&self.principal, id, expected, |plan| request.apply(plan, id)).await;
        self.view(&changed.map_err(problem)?)
    }

    async fn delete_schedule(&self, id: &ScheduleId, conditions: Conditions) -> Result<(), Problem> {
        let expected = conditions.expected_revision;
        self.engine.delete_schedule(&self.principal, id, expected).await.map_err(problem)
    }

    async fn run_schedule(&self, id: &ScheduleId) -> Result<api::Session, Problem> {
        let session = self.engine.run_schedule(&self.principal, id).await.map_err(problem)?;
        Ok(api::Session::from(&*session))
    }
}

impl Embedded {
    fn view(&self, schedule: &sessiond_core::Schedule) -> Result<api::Schedule, Problem> {
        api::Schedule::view(schedule, self.engine.now())
    }
}
