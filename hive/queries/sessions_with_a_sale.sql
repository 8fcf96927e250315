-- Sessions that led to a sale: one row a session, with what was bought in it, the newest first.
select userid, sessionid, session_start, session_end, hits, landing_page, exit_page, city, country, state,
  count(distinct invoiceno) as invoices, count(*) as invoice_lines, sum(amount) as amount
from warehouse.session_mapped
where invoiceno is not null
group by userid, sessionid, session_start, session_end, hits, landing_page, exit_page, city, country, state
order by session_start desc nulls last, sessionid asc nulls first
