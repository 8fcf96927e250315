-- Of the sessions that began at a page, the share that led to a sale; pages with most sessions first.
with sessions as (
  select sessionid, landing_page, count(invoiceno) as invoice_lines
  from warehouse.session_mapped
  group by sessionid, landing_page
)
select landing_page, count(*) as sessions,
  sum(case when invoice_lines > 0 then 1 else 0 end) as sessions_with_a_sale,
  sum(case when invoice_lines > 0 then 1 else 0 end) / count(*) as conversion
from sessions
group by landing_page
order by sessions desc nulls last, conversion desc nulls last, landing_page asc nulls first
