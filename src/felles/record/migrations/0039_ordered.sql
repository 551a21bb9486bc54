-- An order that was given to another who has not said yes when its answer came is with who ordered it, and on the list
-- of whom it was given to as well: hash of `receiver`, null else. Written with each of its rows from here on.
alter table handover add column given bigint;
create index handover_given on handover (given) where given is not null and state < 7;

-- What an order shows to whoever answers for it (felles.access.handovers.showing), of those that are open: itself and
-- its answers. Kind 5 is an order; 40 DiagnosticReport, 61 ImagingStudy, 96 Observation; basis 210 is
-- felles.record.derive.ORDERED.
insert into relation (bucket, person, party, basis, source, writer, since, until)
select h.bucket, h.person, p.party, 210, h.source, '', h.made, 9223372036854775807
  from handover h
 cross join lateral (select h.holder as party union select h.origin where h.state = 0) p
 where h.kind = 5 and h.state < 7 and p.party <> 0
on conflict do nothing;

with open as materialized (
    select h.bucket, h.person, h.source, coalesce(nullif(h.focus, ''), h.source) as "order"
      from handover h where h.kind = 5 and h.state < 7),
answer as materialized (
    select o.bucket, o.person, o.source, e.self, e.refs
      from open o
      join entry e on e.bucket = o.bucket and e.person = o.person and e.type in (40, 61, 96) and e.state = 0
       and e.form = 0 and not e.deleted and e.refs && array['based-on=' || o."order", 'basedon=' || o."order"])
insert into pointed (bucket, person, source, self)
select a.bucket, a.person, a.source, a.self from answer a
union
select a.bucket, a.person, a.source, e.self
  from answer a
 cross join lateral unnest(a.refs) x(ref)
  join entry e on e.bucket = a.bucket and e.person = a.person and e.type = 96 and e.id = split_part(x.ref, '/', 2)
   and e.state = 0 and e.form = 0 and not e.deleted
 where starts_with(x.ref, 'result=Observation/') or starts_with(x.ref, 'has-member=Observation/')
union
select o.bucket, o.person, o.source, e.self
  from open o
  join type_name n on n.name in (split_part(o.source, '/', 1), split_part(o."order", '/', 1))
  join entry e on e.bucket = o.bucket and e.person = o.person and e.type = n.type and e.state = 0 and e.form = 0
   and n.name || '/' || e.id in (o.source, o."order")
on conflict do nothing;
