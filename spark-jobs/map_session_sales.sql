-- Hits become sessions, and sale lines find the session they were made in. Reads an hour's hits and sales, and the
-- state that the hour before left: sessions that could go on, and lines that wait for one.

-- table: processed.session_hits
with events as (
  select 0 as is_state, date_ts, hit_ts, userid, ip, url, city, country, state, cast(null as string) as sessionid
  from hits
  union all
  select 1, cast(null as string), session_end, userid, ip, cast(null as string), cast(null as string),
    cast(null as string), cast(null as string), sessionid
  from sessions_before
),
gaps as (
  select *, lag(hit_ts) over (partition by userid, ip order by hit_ts asc nulls first) as hit_before from events
),
numbered as (
  -- The frame takes hits of the same second together, in whatever order they stand.
  select *,
    sum(case when epoch_seconds(hit_ts) - epoch_seconds(hit_before) <= :max_idle_seconds then 0 else 1 end)
      over (partition by userid, ip order by hit_ts asc nulls first range between unbounded preceding and current row)
      as n
  from gaps
),
named as (
  select *,
    coalesce(
      max(sessionid) over (partition by userid, ip, n),
      md5(userid || '|' || ip || '|'
        || cast(epoch_seconds(min(hit_ts) over (partition by userid, ip, n)) as string))
    ) as its_session
  from numbered
)
select hit_ts, userid, ip, url, city, country, state, its_session as sessionid, date_ts
from named
where is_state = 0;

-- Each session as it stood at the end of each hour in which it had hits; '' is the hour before the range.
-- relation: session_hours
with ranked as (
  select *,
    row_number() over (partition by sessionid, date_ts order by hit_ts asc nulls first, url asc nulls first) as page,
    count(*) over (partition by sessionid, date_ts) as pages,
    row_number() over (
      partition by sessionid, date_ts
      order by hit_ts asc nulls first, city asc nulls first, country asc nulls first, state asc nulls first
    ) as place
  from processed.session_hits
),
parts as (
  select sessionid, date_ts, min(userid) as userid, min(ip) as ip,
    min(hit_ts) as first_hit, max(hit_ts) as last_hit, count(*) as hits,
    max(case when page = 1 then url end) as landing_page,
    max(case when page = pages then url end) as exit_page,
    max(case when place = 1 then city end) as city,
    max(case when place = 1 then country end) as country,
    max(case when place = 1 then state end) as state
  from ranked
  group by sessionid, date_ts
  union all
  select sessionid, '', userid, ip, session_start, session_end, hits, landing_page, exit_page, city, country, state
  from sessions_before
)
select
  sessionid, date_ts, userid, ip,
  first_value(first_hit) over (
    partition by sessionid order by date_ts asc nulls first rows between unbounded preceding and current row
  ) as session_start,
  last_hit as session_end,
  sum(hits) over (
    partition by sessionid order by date_ts asc nulls first rows between unbounded preceding and current row
  ) as hits,
  first_value(landing_page) over (
    partition by sessionid order by date_ts asc nulls first rows between unbounded preceding and current row
  ) as landing_page,
  exit_page,
  first_value(city) over (
    partition by sessionid order by date_ts asc nulls first rows between unbounded preceding and current row
  ) as city,
  first_value(country) over (
    partition by sessionid order by date_ts asc nulls first rows between unbounded preceding and current row
  ) as country,
  first_value(state) over (
    partition by sessionid order by date_ts asc nulls first rows between unbounded preceding and current row
  ) as state,
  lead(date_ts) over (partition by sessionid order by date_ts asc nulls first) as next_hour,
  hour_key(add_seconds(last_hit, :max_idle_seconds)) as closes
from parts;

-- table: processed.sessions
select h.userid, h.ip, h.sessionid, h.session_start, h.session_end, h.hits, h.landing_page, h.exit_page,
  h.city, h.country, h.state, h.closes as date_ts
from session_hours h
join units u on u.date_ts = h.closes
where h.next_hour is null;

-- table: processed.open_sessions
select h.userid, h.ip, h.sessionid, h.session_start, h.session_end, h.hits, h.landing_page, h.exit_page,
  h.city, h.country, h.state, h.date_ts
from session_hours h
where h.date_ts <> '' and h.closes > h.date_ts;

-- Sale lines that may belong to a session, with the hour in which they came; '' is before the range.
-- relation: lines
select date_ts as came, userid, invoiceno, stockcode, description, quantity, unitprice, amount, sale_ts
from sales
where kind = 'sale' and userid is not null
union all
select '', userid, invoiceno, stockcode, description, quantity, unitprice, amount, sale_ts
from lines_before;

-- The session of each moment in which a user bought something: the one that started latest. closed_in is null while it
-- is open at the end of the range; an open session may still grow over the moment.
-- relation: owners
with all_sessions as (
  select userid, sessionid, session_start, session_end, date_ts as closed_in from processed.sessions
  union all
  select h.userid, h.sessionid, h.session_start, h.session_end, cast(null as string)
  from session_hours h
  where h.next_hour is null and h.closes > (select max(date_ts) from units)
),
candidates as (
  select m.userid, m.sale_ts, s.sessionid, s.closed_in,
    row_number() over (
      partition by m.userid, m.sale_ts order by s.session_start desc nulls last, s.sessionid asc nulls first
    ) as place
  from (select distinct userid, sale_ts from lines) as m
  join all_sessions s
    on s.userid = m.userid
    and s.session_start <= m.sale_ts
    and (s.session_end >= m.sale_ts or s.closed_in is null)
)
select userid, sale_ts, sessionid, closed_in from candidates where place = 1;

-- table: warehouse.session_mapped
select s.userid, s.ip, s.sessionid, s.session_start, s.session_end, s.hits, s.landing_page, s.exit_page,
  s.city, s.country, s.state,
  l.invoiceno, l.stockcode, l.description, l.quantity, l.unitprice, l.amount, l.sale_ts,
  s.date_ts
from processed.sessions s
left join (
  select o.sessionid, n.*
  from owners o
  join lines n on n.userid = o.userid and n.sale_ts = o.sale_ts
  where o.closed_in is not null
) as l on l.sessionid = s.sessionid;

-- table: processed.open_lines
with carried as (
  select distinct m.came, m.userid, m.sale_ts, s.date_ts
  from (select distinct came, userid, sale_ts from lines) as m
  join processed.open_sessions s
    on s.userid = m.userid and s.session_start <= m.sale_ts and s.date_ts >= m.came
  left join owners o on o.userid = m.userid and o.sale_ts = m.sale_ts
  where o.closed_in is null or o.closed_in > s.date_ts
)
select l.userid, l.invoiceno, l.stockcode, l.description, l.quantity, l.unitprice, l.amount, l.sale_ts, c.date_ts
from lines l
join carried c on c.came = l.came and c.userid = l.userid and c.sale_ts = l.sale_ts;

-- table: warehouse.hourly_top_spenders
with ranked as (
  select date_ts, userid, sum(amount) as hourly_spend,
    row_number() over (partition by date_ts order by sum(amount) desc nulls last, userid asc nulls first) as rank
  from sales
  where kind = 'sale' and userid is not null
  group by date_ts, userid
)
select userid, hourly_spend, rank, date_ts from ranked where rank <= :top_spenders;

-- check: ranks without gaps
select date_ts, count(*) as users, min(rank) as first_rank, max(rank) as last_rank
from warehouse.hourly_top_spenders
group by date_ts
having min(rank) <> 1 or max(rank) <> count(*) or count(distinct rank) <> count(*);
