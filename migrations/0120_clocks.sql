-- Every clock that runs or ran, wherever its record is: so that what became of a duty is one question. The gateway runs each of
-- them for one duty of a pack; a test holds that those are duties. Only a clock that can be late has the moment.
-- Up Migration

create view concordat.clock with (security_invoker = true) as
  select clause, starts_at, coalesce(late_at, due_at) as late_at, met_at from concordat.duty
  union all
  select 'hmpps-2025/20', (ends_on + 1)::timestamp at time zone 'Europe/London', due_at, met_at from concordat.export_quarter
  union all
  select 'local/export-acknowledged', sent_at, acknowledge_by, acknowledged_at from concordat.delivery where sent_at is not null
  union all
  select 'local/urgent-review', shared_at, review_by, reviewed_at from concordat.urgent_share
  union all
  -- Silence that was found ends the wait, late.
  select 'hmpps-2025/18-hub-silence', asked_at, due_at, coalesce(answered_at, silent_at) from concordat.consent_request
  union all
  -- A window is over when it is over: it is never late.
  select 'hmpps-2025/18-objection', delivered_at, null, fact_check_closed_at from concordat.clearance where delivered_at is not null;

grant select on concordat.clock to concordat_gateway;
