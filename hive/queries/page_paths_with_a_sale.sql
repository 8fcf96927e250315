-- Which ways through the site led to a sale: the first 8 pages of a session, a page seen twice in a row counted once,
-- the most frequent first. Sessions count whose hits are all there still (clean takes those of old hours away).
with sessions as (
  select sessionid, hits, count(invoiceno) as invoice_lines
  from warehouse.session_mapped
  group by sessionid, hits
),
views as (
  select sessionid, page,
    lag(page) over (partition by sessionid order by hit_ts asc nulls first, url asc nulls first) as page_before,
    row_number() over (partition by sessionid order by hit_ts asc nulls first, url asc nulls first) as place,
    count(*) over (partition by sessionid) as hits
  from (select sessionid, hit_ts, url, coalesce(url, '(none)') as page from processed.session_hits) as h
),
steps as (
  select v.sessionid, v.page, row_number() over (partition by v.sessionid order by v.place asc nulls first) as step
  from views v
  join sessions s on s.sessionid = v.sessionid and s.hits = v.hits
  where s.invoice_lines > 0 and (v.page_before is null or v.page_before <> v.page)
),
paths as (
  select sessionid,
    max(case when step = 1 then page end)
      || coalesce(' > ' || max(case when step = 2 then page end), '')
      || coalesce(' > ' || max(case when step = 3 then page end), '')
      || coalesce(' > ' || max(case when step = 4 then page end), '')
      || coalesce(' > ' || max(case when step = 5 then page end), '')
      || coalesce(' > ' || max(case when step = 6 then page end), '')
      || coalesce(' > ' || max(case when step = 7 then page end), '')
      || coalesce(' > ' || max(case when step = 8 then page end), '') as path
  from steps
  group by sessionid
)
select path, count(*) as sessions
from paths
group by path
order by sessions desc nulls last, path asc nulls first
