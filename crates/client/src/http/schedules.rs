//! Schedules.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::ScheduleId;

use super::Http;
use crate::Conditions;
use crate::traits::Schedules;

#[async_trait]
impl Schedules for Http {
    async fn create_schedule(
        &self,
        request: api::CreateSchedule,
        conditions: Conditions,
    ) -> Result<api::Schedule, Problem> {
        self.request(&operations::CREATE_SCHEDULE, &[]).conditions(conditions).json(&request).read().await
    }

    async fn preview_schedule(&self, request: api::PreviewSchedule) -> Result<api::UpcomingTimes, Problem> {
        self.request(&operations::PREVIEW_SCHEDULE, &[]).json(&request).read().await
    }

    async fn schedules(&self, query: api::ListSchedules) -> Result<api::SchedulePage, Problem> {
        self.request(&operations::LIST_SCHEDULES, &[]).query(&query).read().await
    }

    async fn schedule(&self, id: &ScheduleId) -> Result<api::Schedule, Problem> {
        self.request(&operations::GET_SCHEDULE, &[id.as_str()]).read().await
    }

    async fn update_schedule(
        &self,
        id: &ScheduleId,
        request: api::UpdateSchedule,
        conditions: Conditions,
    ) -> Result<api::Schedule, Problem> {
        self.request(&operations::UPDATE_SCHEDULE, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn delete_schedule(&self, id: &ScheduleId, conditions: Conditions) -> Result<(), Problem> {
        self.request(&operations::DELETE_SCHEDULE, &[id.as_str()]).conditions(conditions).done().await
    }

    async fn run_schedule(&self, id: &ScheduleId) -> Result<api::Session, Problem> {
        self.request(&operations::RUN_SCHEDULE, &[id.as_str()]).read().await
    }
}
