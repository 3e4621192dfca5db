-- What a recipient owes: to say that a package arrived, and to say by the day of destruction what became of the copy. A duty says
-- what meets it; reminders and alarms are owed once for each date that it had.
-- Up Migration

alter table concordat.duty
  add column meets text not null default 'transfer.supplied'
    check (meets in ('transfer.supplied', 'item.acknowledged', 'copies.attested')),
  -- Where it is late later than it is due.
  add column late_at timestamptz check (late_at >= due_at);

-- What is owed now. While something holds the data its copies stay too; after its destruction nobody can say that it arrived.
create view concordat.owed_duty with (security_invoker = true) as
  select d.id, d.clause, d.transfer_id, d.owed_by, d.meets, d.starts_at, d.warn_at, d.due_at, coalesce(d.late_at, d.due_at) as late_at
  from concordat.duty d join concordat.transfer t on t.id = d.transfer_id
  where d.met_at is null
    and not (d.meets = 'item.acknowledged' and t.state in ('acknowledged', 'destroyed'))
    and not (d.meets = 'copies.attested' and exists (
      select from concordat.hold h join concordat.item i on i.id = h.item_id where i.transfer_id = d.transfer_id and h.lifted_at is null));

create table concordat.duty_notice (
  duty_id uuid not null references concordat.duty,
  kind text not null check (kind in ('reminder', 'overdue')),
  due_at timestamptz not null,
  told_at timestamptz not null,
  primary key (duty_id, kind, due_at)
);

grant select on concordat.owed_duty to concordat_gateway;
grant select, insert on concordat.duty_notice to concordat_gateway;
