//! Schedules.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::ScheduleId;

use crate::Conditions;

/// Operations on schedules.
#[async_trait]
pub trait Schedules: Send + Sync {
    /// Creates a schedule.
    async fn create_schedule(
        &self,
        request: api::CreateSchedule,
        conditions: Conditions,
    ) -> Result<api::Schedule, Problem>;
    /// Says which times a schedule would have, and creates none.
    async fn preview_schedule(&self, request: api::PreviewSchedule) -> Result<api::UpcomingTimes, Problem>;
    /// Lists the schedules that the caller owns; an administrator sees all.
    async fn schedules(&self, query: api::ListSchedules) -> Result<api::SchedulePage, Problem>;
    /// Reads a schedule.
    async fn schedule(&self, id: &ScheduleId) -> Result<api::Schedule, Problem>;
    /// Changes a schedule; `expected_revision` is the schedule's.
    async fn update_schedule(
        &self,
        id: &ScheduleId,
        request: api::UpdateSchedule,
        conditions: Conditions,
    ) -> Result<api::Schedule, Problem>;
    /// Deletes a schedule; its sessions stay. `expected_revision` is the schedule's.
    async fn delete_schedule(&self, id: &ScheduleId, conditions: Conditions) -> Result<(), Problem>;
    /// Creates a session of the schedule now.
    async fn run_schedule(&self, id: &ScheduleId) -> Result<api::Session, Problem>;
}
