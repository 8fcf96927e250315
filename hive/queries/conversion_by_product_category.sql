-- Of the sessions that looked at a page of a product category, the share that led to a sale; categories with most
-- sessions first. Sessions count whose hits are all there still (clean takes those of old hours away).
with sessions as (
  select sessionid, hits, count(invoiceno) as invoice_lines
  from warehouse.session_mapped
  group by sessionid, hits
),
views as (
  select sessionid, url, count(*) over (partition by sessionid) as hits from processed.session_hits
),
viewed as (
  select distinct v.sessionid, p.category, s.invoice_lines
  from views v
  join sessions s on s.sessionid = v.sessionid and s.hits = v.hits
  join raw.products p on p.url = v.url
)
select category, count(*) as sessions,
  sum(case when invoice_lines > 0 then 1 else 0 end) as sessions_with_a_sale,
  sum(case when invoice_lines > 0 then 1 else 0 end) / count(*) as conversion
from viewed
group by category
order by sessions desc nulls last, conversion desc nulls last, category asc nulls first
