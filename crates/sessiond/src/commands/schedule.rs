//! `sessiond schedule`.

use clap::{Args, Subcommand};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::{LastRun, Overlap, ScheduleId, Span, Timestamp};

use super::input::words;
use super::session::NewSession;
use super::{Common, Consent, Context, Named, Paging, Silence, complete, find};
use crate::client::Missing;
use crate::output::{Column, Details, Noun, Output, Table, cells};

/// Create, list, pause and run schedules, which create sessions at times
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond schedule create --id nightly --cron '0 3 * * *' --time-zone Europe/Berlin --file plan.json
  sessiond schedule create --id poll --every 15m --name poll
  sessiond schedule list
  sessiond schedule pause nightly
  sessiond schedule run nightly")]
pub struct Schedule {
    #[command(subcommand)]
    command: ScheduleCommand,
}

#[derive(Debug, Subcommand)]
enum ScheduleCommand {
    Create(Box<Create>),
    /// List the schedules
    #[command(after_help = "Examples:
  sessiond schedule list
  sessiond schedule list -o wide
  sessiond schedule list -o name")]
    List {
        #[command(flatten)]
        paging: Paging,
        #[command(flatten)]
        common: Common,
    },
    /// Show a schedule, its next times and its last result
    #[command(after_help = "Examples:
  sessiond schedule show nightly
  sessiond schedule show nightly --json | jq .session")]
    Show {
        #[command(flatten)]
        one: One,
    },
    /// Pause a schedule: it creates no sessions until it is resumed
    #[command(after_help = "Example:
  sessiond schedule pause nightly")]
    Pause {
        #[command(flatten)]
        one: One,
    },
    /// Resume a schedule; times that passed while it was paused are not made up for
    #[command(after_help = "Example:
  sessiond schedule resume nightly")]
    Resume {
        #[command(flatten)]
        one: One,
    },
    /// Create a session of a schedule now
    #[command(after_help = "Example:
  sessiond schedule run nightly")]
    Run {
        #[command(flatten)]
        one: One,
    },
    /// Delete a schedule; its sessions stay
    #[command(after_help = "Example:
  sessiond schedule delete nightly --yes")]
    Delete {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        consent: Consent,
    },
}

/// One schedule, and what every command on one takes.
#[derive(Debug, Args)]
struct One {
    /// The schedule's id, or the beginning of it
    #[arg(value_name = "SCHEDULE", add = complete::schedules())]
    id: ScheduleId,
    #[command(flatten)]
    common: Common,
}

/// Create a schedule
#[derive(Debug, Args)]
#[command(after_help = "FILE contains the body of POST /sessions; flags add to it and override it.

Examples:
  sessiond schedule create --id nightly --cron '0 3 * * *' --time-zone Europe/Berlin --file plan.json
  sessiond schedule create --id poll --every 15m --overlap allow --name poll
  sessiond schedule create --at 2027-01-01T08:00:00Z --name 'new year'")]
struct Create {
    /// Its id [default: generated]
    #[arg(long)]
    id: Option<ScheduleId>,
    /// A cron expression of five fields, or @hourly, @daily, @weekly, @monthly, @yearly
    #[arg(long, value_name = "CRON", required_unless_present_any = ["every", "at"], conflicts_with_all = ["every", "at"])]
    cron: Option<String>,
    /// The time between two sessions, such as 6h
    #[arg(long, value_name = "TIME", conflicts_with = "at")]
    every: Option<Span>,
    /// The time of the only session, such as 2027-01-01T08:00:00Z
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// The time zone of the cron expression, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Whether a session is created while the last one is active
    #[arg(long, value_parser = words::<Overlap>(&["skip", "allow"]), default_value = "skip")]
    overlap: Overlap,
    /// How long ago a missed time may be for its session to be created afterwards [default: the latest missed time counts]
    #[arg(long, value_name = "TIME")]
    catch_up: Option<Span>,
    /// Begin paused
    #[arg(long)]
    paused: bool,
    #[command(flatten)]
    new: NewSession,
    #[command(flatten)]
    common: Common,
}

impl Schedule {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let ScheduleCommand::Create(command) = self.command else {
            let work = async |client: &Client, out| perform(self.command, client, out).await;
            return context.with_client(Missing::Refuse, work).await;
        };
        // What the flags say is read before the store is opened, which may make one.
        let request = command.read()?;
        let work = async |client: &Client, out: Output| {
            let schedule = client.create_schedule(request, Conditions::default()).await?;
            out.thing(&schedule, &schedule.schedule_id, |out| show(out, &schedule))
        };
        context.with_client(Missing::Create, work).await
    }
}

async fn perform(command: ScheduleCommand, client: &Client, out: Output) -> anyhow::Result<()> {
    let pause = async |one: &One, paused: bool| -> anyhow::Result<()> {
        let id = find::schedule(client, &one.id).await?;
        let request = api::UpdateSchedule { paused: Some(paused), ..api::UpdateSchedule::default() };
        let schedule = client.update_schedule(&id, request, Conditions::default()).await?;
        let said = match (paused, schedule.next_at) {
            (true, _) => format!("{id} is paused"),
            (false, Some(next)) => format!("{id} is resumed; next: {}", out.time(next)),
            (false, None) => format!("{id} is resumed and has no more times"),
        };
        out.done(&schedule, &id, said)
    };
    match command {
        ScheduleCommand::Create(_) => Ok(()),
        ScheduleCommand::List { paging, .. } => {
            let page =
                paging.read(|limit, cursor| client.schedules(api::ListSchedules { limit, cursor })).await?;
            let table = table(out, &page.schedules);
            out.list(&page, &table, format_args!("no schedules in {}", client.location()))?;
            out.more(page.next_cursor.as_ref());
            Ok(())
        }
        ScheduleCommand::Show { one } => {
            let schedule = find::schedule_view(client, &one.id).await?;
            out.thing(&schedule, &schedule.schedule_id, |out| show(out, &schedule))
        }
        ScheduleCommand::Pause { one } => pause(&one, true).await,
        ScheduleCommand::Resume { one } => pause(&one, false).await,
        ScheduleCommand::Run { one } => {
            let id = find::schedule(client, &one.id).await?;
            let session = client.run_schedule(&id).await?;
            out.done(&session, &session.session_id, &session.session_id)
        }
        ScheduleCommand::Delete { one, consent } => {
            let id = find::schedule(client, &one.id).await?;
            let named = Named { typed: one.id.as_str(), whole: id.as_str() };
            consent.to(&format!("Delete the schedule {id}?"), Silence::Refuses, named)?;
            client.delete_schedule(&id, Conditions::default()).await?;
            let view = serde_json::json!({ "schedule_id": id, "deleted": true });
            out.done(&view, &id, format_args!("{id} is deleted"))
        }
    }
}

impl Create {
    fn read(mut self) -> anyhow::Result<api::CreateSchedule> {
        Ok(api::CreateSchedule {
            session: self.new.read()?,
            schedule_id: self.id,
            cron: self.cron,
            every: self.every,
            at: self.at,
            time_zone: self.time_zone,
            overlap: self.overlap,
            catch_up: self.catch_up,
            paused: self.paused,
        })
    }
}

/// When a schedule creates sessions.
pub fn times(schedule: &api::Schedule) -> String {
    let zone = schedule.time_zone.as_ref().map(|zone| format!(" {zone}")).unwrap_or_default();
    match (&schedule.cron, schedule.every, schedule.at) {
        (Some(cron), _, _) => format!("{cron}{zone}"),
        (_, Some(every), _) => format!("every {every}"),
        (_, _, Some(at)) => format!("at {at}"),
        (None, None, None) => String::new(),
    }
}

fn table(out: Output, schedules: &[api::Schedule]) -> Table {
    let mut table = Table::new([
        Column::id("SCHEDULE"),
        Column::text("TIMES").kept(),
        Column::word("STATE").kept(),
        Column::word("NEXT").kept(),
        Column::word("LAST"),
        Column::word("RESULT"),
        Column::id("SESSION"),
        Column::text("OWNER").wide(),
        Column::word("OVERLAP").wide(),
    ]);
    for schedule in schedules {
        let last = schedule.last.as_ref();
        table.row(cells![
            &schedule.schedule_id,
            times(schedule),
            out.state(Noun::Schedule, state(schedule)),
            out.time_or(schedule.next_at, "never"),
            out.time_or(last.map(|last| last.time), "never"),
            last.map_or_else(|| "".into(), |last| out.state(Noun::Run, last.outcome)),
            last.and_then(|last| last.session_id.as_ref()).map(ToString::to_string).unwrap_or_default(),
            &schedule.owner,
            schedule.overlap,
        ]);
    }
    table
}

fn state(schedule: &api::Schedule) -> &'static str {
    match (schedule.paused, schedule.next_at) {
        (true, _) => "paused",
        (false, Some(_)) => "active",
        (false, None) => "finished",
    }
}

fn show(out: &Output, schedule: &api::Schedule) -> std::io::Result<()> {
    let mut details = Details::new();
    details.row("schedule", &schedule.schedule_id);
    details.row("times", times(schedule));
    details.row("state", out.state(Noun::Schedule, state(schedule)));
    details.row("owner", &schedule.owner);
    details.row("overlap", schedule.overlap);
    details.some("catch-up", schedule.catch_up);
    for (number, time) in schedule.upcoming.iter().enumerate() {
        // The exact time: this is to be compared with what was meant.
        details.row(if number == 0 { "next" } else { "" }, time);
    }
    if let Some(LastRun { time, outcome, session_id, error }) = &schedule.last {
        details.row("last", format!("{time} {outcome}"));
        details.some("session", session_id.as_ref());
        details.some("error", error.as_ref());
    }
    out.details(&details)
}
