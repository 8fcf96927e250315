-- How many invoice lines each session led to, most first.
select sessionid, userid, count(*) as invoice_lines, sum(amount) as amount
from warehouse.session_mapped
where invoiceno is not null
group by sessionid, userid
order by invoice_lines desc nulls last, sessionid asc nulls first
