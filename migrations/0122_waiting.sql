-- What waits on whom, of everything that has a next step but requests for data, which wait by their pack's desks: one question for
-- the page that people see first. Who may act is decided when they do; this only says where to look.
-- Up Migration

create view concordat.waiting with (security_invoker = true) as
  select 'consent-asked' as kind, 'hub-administrator' as role, 'moj-data-and-analysis' as party, null::uuid as not_by, id::text as about,
    null::text as of, asked_at as since, due_at, null::timestamptz as over_at
  from concordat.consent_request where state = 'requested'
  union all
  select 'hub-answer-asked', 'hub-administrator', 'moj-data-and-analysis', null, id::text, null, asked_at, null, null
  from concordat.hub_answer where state = 'asked'
  union all
  select 'window-open', 'scrutiny-team', 'hmpps', null, id::text, null, delivered_at, window_ends_at, window_ends_at
  from concordat.clearance where delivered_at is not null and fact_check_closed_at is null
  union all
  select 'window-over', 'report-owner', 'hmi-prisons', null, id::text, null, window_ends_at, null, null
  from concordat.clearance where window_ends_at is not null and fact_check_closed_at is null
  union all
  select 'objection-undecided', 'report-owner', 'hmi-prisons', null, request_id::text, null, min(raised_at), null, null
  from concordat.figure_objection where decision is null group by request_id
  union all
  select 'export-put-forward', 'export-releaser', 'hmi-prisons', put_forward_by, id::text, null, put_forward_at, null, null
  from concordat.delivery where state = 'put-forward'
  union all
  select 'delivery-sent', 'intelligence-team', 'hmpps', null, number::text, null, sent_at, acknowledge_by, null
  from concordat.delivery where state = 'sent'
  union all
  select 'urgent-unreviewed', 'assurance-officer', 'hmi-prisons', shared_by, id::text, null, shared_at, review_by, null
  from concordat.urgent_share where reviewed_at is null
  union all
  select 'erasure-asked', 'assurance-officer', 'hmi-prisons', asked_by, id::text, null, asked_at, null, null
  from concordat.erasure where state = 'asked'
  union all
  select 'version-proposed', 'agreement-keeper', null, proposed_by, id::text, agreement, proposed_at, null, null
  from concordat.agreement_proposal where state = 'proposed'
  union all
  select 'medium-asked', 'assurance-officer', t.to_party, c.registered_by, t.id::text, null, c.registered_at, null, null
  from concordat.outside_copy c join concordat.item i on i.id = c.item_id join concordat.transfer t on t.id = i.transfer_id
  where c.state = 'asked'
  union all
  select case when h.lift_asked_by is null then 'hold-review' else 'hold-lift-asked' end, r.role, k.kept_for,
    h.lift_asked_by, h.item_id::text, null,
    coalesce(h.lift_asked_at, h.review_on::timestamp at time zone 'Europe/London'), null, null
  from concordat.hold h join concordat.kept k on k.item_id = h.item_id
    cross join (values ('records-manager'), ('assurance-officer')) as r (role)
  where h.lifted_at is null;

grant select on concordat.waiting to concordat_gateway;
